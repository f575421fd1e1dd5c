resource "cloudflare_tunnel_config" "home" {
  config {
    ingress_rule {
      hostname = "plex.example.com
      service  = "http://plex:32400"
    }
  }
}
