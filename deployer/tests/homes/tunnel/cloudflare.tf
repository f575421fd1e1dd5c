# The tunnel and its access policies, for version 4 of the provider.

data "cloudflare_zone" "home" {
  name = var.zone
}

resource "cloudflare_tunnel" "home" {
  account_id = var.account_id
  name       = "home"
  secret     = base64sha256(random_password.tunnel.result)
}

resource "cloudflare_record" "plex" {
  zone_id = data.cloudflare_zone.home.id
  name    = "plex"
  value   = cloudflare_tunnel.home.cname
  type    = "CNAME"
  proxied = true
}

resource "cloudflare_tunnel_config" "home" {
  tunnel_id  = cloudflare_tunnel.home.id
  account_id = var.account_id
  config {
    ingress_rule {
      hostname = cloudflare_record.plex.hostname
      service  = "http://plex:32400"
    }
    ingress_rule {
      hostname = "requests.home.example.com"
      service  = "http://overseerr:5055"
    }
    ingress_rule {
      hostname = "sonarr.${var.zone}"
      service  = "http://gluetun:8989"
    }
    ingress_rule {
      hostname = "4ksonarr.${var.zone}"
      service  = "http://gluetun:8988"
    }
    ingress_rule {
      hostname = "radarr.${var.zone}"
      service  = "http://gluetun:7878"
    }
    ingress_rule {
      hostname = "4kradarr.${var.zone}"
      service  = "http://gluetun:7877"
    }
    ingress_rule {
      hostname = "bazarr.${var.zone}"
      service  = "http://vpn:6767"
    }
    ingress_rule {
      hostname = "prowlarr.${var.zone}"
      service  = "http://gluetun:9696"
    }
    ingress_rule {
      hostname = "downloads.${var.zone}"
      service  = "http://gluetun:8085"
    }
    ingress_rule {
      hostname = "tautulli.${var.zone}"
      service  = "http://tautulli:8181"
    }
    ingress_rule {
      hostname = "invite.${var.zone}"
      service  = "http://wizarr:5690"
    }
    ingress_rule {
      hostname = "maintainerr.${var.zone}"
      service  = "http://maintainerr:6246"
    }
    ingress_rule {
      hostname = "backup.${var.zone}"
      service  = "http://kopia:51515"
    }
    ingress_rule {
      hostname = "status.${var.zone}"
      service  = "http://uptime-kuma:3001"
    }
    ingress_rule {
      hostname = "ha.${var.zone}"
      service  = "http://host.docker.internal:8123"
    }
    ingress_rule {
      hostname = "router.${var.zone}"
      service  = "http://192.168.1.1:80"
    }
    ingress_rule {
      service = "http_status:404"
    }
  }
}

resource "cloudflare_access_service_token" "monitor" {
  account_id = var.account_id
  name       = "Monitor"
  duration   = "forever"
}

resource "cloudflare_access_application" "sonarr" {
  zone_id          = data.cloudflare_zone.home.id
  name             = "sonarr"
  domain           = "sonarr.${var.zone}"
  session_duration = "2h"
}

resource "cloudflare_access_policy" "sonarr_service" {
  application_id = cloudflare_access_application.sonarr.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "Service auth"
  precedence     = "1"
  decision       = "non_identity"
  include {
    service_token = [cloudflare_access_service_token.monitor.id]
  }
}

resource "cloudflare_access_policy" "sonarr_people" {
  application_id = cloudflare_access_application.sonarr.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "People"
  precedence     = "2"
  decision       = "allow"
  include {
    email = ["owner@example.com"]
  }
}

resource "cloudflare_access_application" "uhd_sonarr" {
  zone_id          = data.cloudflare_zone.home.id
  name             = "uhd_sonarr"
  domain           = "4ksonarr.${var.zone}"
  session_duration = "2h"
}

resource "cloudflare_access_policy" "uhd_sonarr_service" {
  application_id = cloudflare_access_application.uhd_sonarr.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "Service auth"
  precedence     = "1"
  decision       = "non_identity"
  include {
    service_token = [cloudflare_access_service_token.monitor.id]
  }
}

resource "cloudflare_access_policy" "uhd_sonarr_people" {
  application_id = cloudflare_access_application.uhd_sonarr.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "People"
  precedence     = "2"
  decision       = "allow"
  include {
    email = ["owner@example.com"]
  }
}

resource "cloudflare_access_application" "radarr" {
  zone_id          = data.cloudflare_zone.home.id
  name             = "radarr"
  domain           = "radarr.${var.zone}"
  session_duration = "2h"
}

resource "cloudflare_access_policy" "radarr_service" {
  application_id = cloudflare_access_application.radarr.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "Service auth"
  precedence     = "1"
  decision       = "non_identity"
  include {
    service_token = [cloudflare_access_service_token.monitor.id]
  }
}

resource "cloudflare_access_policy" "radarr_people" {
  application_id = cloudflare_access_application.radarr.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "People"
  precedence     = "2"
  decision       = "allow"
  include {
    email = ["owner@example.com"]
  }
}

resource "cloudflare_access_application" "uhd_radarr" {
  zone_id          = data.cloudflare_zone.home.id
  name             = "uhd_radarr"
  domain           = "4kradarr.${var.zone}"
  session_duration = "2h"
}

resource "cloudflare_access_policy" "uhd_radarr_service" {
  application_id = cloudflare_access_application.uhd_radarr.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "Service auth"
  precedence     = "1"
  decision       = "non_identity"
  include {
    service_token = [cloudflare_access_service_token.monitor.id]
  }
}

resource "cloudflare_access_policy" "uhd_radarr_people" {
  application_id = cloudflare_access_application.uhd_radarr.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "People"
  precedence     = "2"
  decision       = "allow"
  include {
    email = ["owner@example.com"]
  }
}

resource "cloudflare_access_application" "bazarr" {
  zone_id          = data.cloudflare_zone.home.id
  name             = "bazarr"
  domain           = "bazarr.${var.zone}"
  session_duration = "2h"
}

resource "cloudflare_access_policy" "bazarr_service" {
  application_id = cloudflare_access_application.bazarr.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "Service auth"
  precedence     = "1"
  decision       = "non_identity"
  include {
    service_token = [cloudflare_access_service_token.monitor.id]
  }
}

resource "cloudflare_access_policy" "bazarr_people" {
  application_id = cloudflare_access_application.bazarr.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "People"
  precedence     = "2"
  decision       = "allow"
  include {
    email = ["owner@example.com"]
  }
}

resource "cloudflare_access_application" "prowlarr" {
  zone_id          = data.cloudflare_zone.home.id
  name             = "prowlarr"
  domain           = "prowlarr.${var.zone}"
  session_duration = "2h"
}

resource "cloudflare_access_policy" "prowlarr_service" {
  application_id = cloudflare_access_application.prowlarr.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "Service auth"
  precedence     = "1"
  decision       = "non_identity"
  include {
    service_token = [cloudflare_access_service_token.monitor.id]
  }
}

resource "cloudflare_access_policy" "prowlarr_people" {
  application_id = cloudflare_access_application.prowlarr.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "People"
  precedence     = "2"
  decision       = "allow"
  include {
    email = ["owner@example.com"]
  }
}

resource "cloudflare_access_application" "downloads" {
  zone_id          = data.cloudflare_zone.home.id
  name             = "downloads"
  domain           = "downloads.${var.zone}"
  session_duration = "2h"
}

resource "cloudflare_access_policy" "downloads_service" {
  application_id = cloudflare_access_application.downloads.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "Service auth"
  precedence     = "1"
  decision       = "non_identity"
  include {
    service_token = [cloudflare_access_service_token.monitor.id]
  }
}

resource "cloudflare_access_policy" "downloads_people" {
  application_id = cloudflare_access_application.downloads.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "People"
  precedence     = "2"
  decision       = "allow"
  include {
    email = ["owner@example.com"]
  }
}

resource "cloudflare_access_application" "tautulli" {
  zone_id          = data.cloudflare_zone.home.id
  name             = "tautulli"
  domain           = "tautulli.${var.zone}"
  session_duration = "2h"
}

resource "cloudflare_access_policy" "tautulli_service" {
  application_id = cloudflare_access_application.tautulli.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "Service auth"
  precedence     = "1"
  decision       = "non_identity"
  include {
    service_token = [cloudflare_access_service_token.monitor.id]
  }
}

resource "cloudflare_access_policy" "tautulli_people" {
  application_id = cloudflare_access_application.tautulli.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "People"
  precedence     = "2"
  decision       = "allow"
  include {
    email = ["owner@example.com"]
  }
}

resource "cloudflare_access_application" "maintainerr" {
  zone_id          = data.cloudflare_zone.home.id
  name             = "maintainerr"
  domain           = "maintainerr.${var.zone}"
  session_duration = "2h"
}

resource "cloudflare_access_policy" "maintainerr_service" {
  application_id = cloudflare_access_application.maintainerr.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "Service auth"
  precedence     = "1"
  decision       = "non_identity"
  include {
    service_token = [cloudflare_access_service_token.monitor.id]
  }
}

resource "cloudflare_access_policy" "maintainerr_people" {
  application_id = cloudflare_access_application.maintainerr.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "People"
  precedence     = "2"
  decision       = "allow"
  include {
    email = ["owner@example.com"]
  }
}

resource "cloudflare_access_application" "ha" {
  zone_id          = data.cloudflare_zone.home.id
  name             = "ha"
  domain           = "ha.${var.zone}"
  session_duration = "2h"
}

resource "cloudflare_access_policy" "ha_service" {
  application_id = cloudflare_access_application.ha.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "Service auth"
  precedence     = "1"
  decision       = "non_identity"
  include {
    service_token = [cloudflare_access_service_token.monitor.id]
  }
}

resource "cloudflare_access_policy" "ha_people" {
  application_id = cloudflare_access_application.ha.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "People"
  precedence     = "2"
  decision       = "allow"
  include {
    email = ["owner@example.com"]
  }
}

resource "cloudflare_access_application" "backup" {
  zone_id          = data.cloudflare_zone.home.id
  name             = "backup"
  domain           = "backup.${var.zone}"
  session_duration = "2h"
}

resource "cloudflare_access_policy" "backup_people" {
  application_id = cloudflare_access_application.backup.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "People"
  precedence     = "2"
  decision       = "allow"
  include {
    email = ["owner@example.com"]
  }
}

resource "cloudflare_access_application" "router" {
  zone_id          = data.cloudflare_zone.home.id
  name             = "router"
  domain           = "router.${var.zone}"
  session_duration = "2h"
}

resource "cloudflare_access_policy" "router_people" {
  application_id = cloudflare_access_application.router.id
  zone_id        = data.cloudflare_zone.home.id
  name           = "People"
  precedence     = "2"
  decision       = "allow"
  include {
    email = ["owner@example.com"]
  }
}
