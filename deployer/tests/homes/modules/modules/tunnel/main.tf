variable "hosts" {
  type    = list(string)
  default = []
}

variable "service" {
  type = string
}

variable "rules" {
  type    = list(object({ hostname = string, service = string }))
  default = []
}

variable "account_id" {
  type    = string
  default = null
}

resource "cloudflare_zero_trust_tunnel_cloudflared" "this" {
  account_id = var.account_id
  name       = "lab"
}

resource "cloudflare_zero_trust_tunnel_cloudflared_config" "this" {
  account_id = var.account_id
  tunnel_id  = cloudflare_zero_trust_tunnel_cloudflared.this.id

  config = {
    ingress = flatten([
      var.rules,
      [for host in var.hosts : { hostname = host, service = var.service }],
      { service = "http_status:404" },
    ])
  }
}
