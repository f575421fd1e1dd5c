variable "account_id" {
  type = string
}

variable "zone" {
  type    = string
  default = "home.example.com"
}

variable "cloudflare_api_token" {
  type      = string
  sensitive = true
  default   = "secret-api-token"
}
