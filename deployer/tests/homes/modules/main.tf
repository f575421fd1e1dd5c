# The tunnel is a module with rules as inputs; each app is a module with a rule as output.

variable "zone" {
  type    = string
  default = "lab.example.com"
}

locals {
  apps = {
    plex    = { port = 32400 }
    sonarr  = { port = 8989, machines = true }
    wizarr  = { port = 5690, subdomain = "join" }
    retired = { port = 80, enabled = false }
  }
}

module "app" {
  source   = "./modules/app"
  for_each = { for name, app in local.apps : name => app if try(app.enabled, true) }

  name     = each.key
  zone     = var.zone
  settings = each.value
}

module "status" {
  source = "./modules/app"
  count  = 1

  name     = "kuma${count.index + 1}"
  zone     = var.zone
  settings = { port = 3001 }
}

module "tunnel" {
  source = "./modules/tunnel"

  hosts   = [for name in ["grafana", "immich"] : "${name}.${var.zone}"]
  service = "http://traefik:80"
  rules   = concat(values(module.app)[*].rule, [module.status[0].rule])
}
