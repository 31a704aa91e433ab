"""Does the node's own web interface answer? One GET without credentials, the certificate recorded, not judged."""

from __future__ import annotations

import hashlib
import http.client
import socket
import ssl
from typing import Any

PORT = 8006
TIMEOUT_S = 10
SIGNS = ("proxmox virtual environment", "pve-api-daemon")


def look_at_web_interface(host: str, port: int = PORT) -> tuple[dict[str, Any] | None, str]:
    """The `webui` facts, and a reason where there are none.

    A port that is closed or speaks no TLS is `open: false`. Something else that answers there is not the web
    interface: its status is left out. An address that cannot be resolved or reached says nothing.
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=context)
    try:
        return _ask(connection)
    except ConnectionRefusedError:
        return {"open": False, "http_status": None}, ""
    except (socket.gaierror, TimeoutError) as error:
        return None, f"https://{host}:{port}/: {error}"
    except (ssl.SSLError, http.client.HTTPException, ConnectionResetError) as error:
        return {"open": False, "http_status": None}, f"https://{host}:{port}/: {type(error).__name__}"
    except OSError as error:
        return None, f"https://{host}:{port}/: {error.strerror or error}"
    finally:
        connection.close()


def _ask(connection: http.client.HTTPSConnection) -> tuple[dict[str, Any], str]:
    connection.connect()
    certificate = connection.sock.getpeercert(binary_form=True) or b""
    connection.request("GET", "/", headers={"Accept": "text/html"})
    response = connection.getresponse()
    body = response.read(65536).decode("utf-8", "replace").casefold()
    server = response.headers.get("Server", "").casefold()
    facts = {"open": True, "http_status": response.status, "tls_sha256": hashlib.sha256(certificate).hexdigest()}
    if any(sign in body or sign in server for sign in SIGNS):
        return facts, ""
    return facts | {"http_status": None}, "what answers there does not call itself Proxmox"
