"""A mail server on two free ports of this machine: one with STARTTLS, one with TLS from the start.

Usage: server.py CERTIFICATE KEY USER PASSWORD. It prints the two ports on one line, then each mail as a line of JSON, and
ends when its standard input does.
"""

import asyncio
import json
import logging
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

CERTIFICATE, KEY, USER, PASSWORD = sys.argv[1:]

# It warns of a login without STARTTLS, which is encrypted here.
logging.disable(logging.WARNING)


class Mailbox:
    async def handle_DATA(self, server, session, envelope):
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "data": envelope.content.decode("utf-8"),
            "hello": session.host_name,
        }
        print(json.dumps(mail), flush=True)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, login):
    is_right = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


def tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    return context


def server(**options):
    return SMTP(Mailbox(), hostname="localhost", auth_required=True, authenticator=authenticate, **options)


async def main():
    loop = asyncio.get_running_loop()
    starttls = await loop.create_server(
        lambda: server(require_starttls=True, tls_context=tls()), "127.0.0.1", 0
    )
    # The library knows of STARTTLS alone; here, everything is encrypted.
    implicit = await loop.create_server(lambda: server(auth_require_tls=False), "127.0.0.1", 0, ssl=tls())
    print(*(one.sockets[0].getsockname()[1] for one in (starttls, implicit)), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
