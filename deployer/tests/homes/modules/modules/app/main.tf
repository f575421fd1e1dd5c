variable "name" {
  type = string
}

variable "zone" {
  type = string
}

variable "settings" {
  type = object({
    port      = number
    subdomain = optional(string)
    machines  = optional(bool, false)
  })
}

locals {
  hostname = "${coalesce(var.settings.subdomain, var.name)}.${var.zone}"
}

resource "cloudflare_zero_trust_access_application" "this" {
  count  = var.settings.machines ? 1 : 0
  name   = var.name
  type   = "self_hosted"
  domain = local.hostname
  policies = [
    { id = cloudflare_zero_trust_access_policy.machines[0].id, precedence = 1 },
  ]
}

resource "cloudflare_zero_trust_access_policy" "machines" {
  count    = var.settings.machines ? 1 : 0
  name     = "${var.name}: machines"
  decision = "non_identity"
  include  = [{ any_valid_service_token = {} }]
}

output "rule" {
  value = {
    hostname = local.hostname
    service  = "http://${var.name}:${var.settings.port}"
  }
}
