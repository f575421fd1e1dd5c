"""A Plex server behind TLS, with the certificate in the given file. Prints its port; ends with its stdin."""

import http.server
import ssl
import sys
import threading


class Plex(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'<MediaContainer machineIdentifier="1f" version="1.42.2"></MediaContainer>'
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        pass  # A client that does not trust us says so, and that is its own business.


server = Server(("127.0.0.1", 0), Plex)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
