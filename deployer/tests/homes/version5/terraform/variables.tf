variable "name" {}
variable "second_zone" {}
variable "account_id" {}
variable "policy_of_the_company" {}
