"""Verifies a Signalbox webhook with Python's standard library. Copy what you need.

For STANDARD_ED25519 use the `cryptography` package with the endpoint's public key; the signed text is the same as
for STANDARD.
"""

import base64
import hashlib
import hmac
import re
import time

TOLERANCE_SECONDS = 300


class Refused(Exception):
    """`reason` is malformed, stale, future or signature."""

    def __init__(self, reason):
        super().__init__(f"Webhook refused: {reason}")
        self.reason = reason


def verify_webhook(scheme, body, headers, secret, now=None):
    """body: the raw bytes of the request. headers: a dict with names in lower case. now: unix seconds."""
    now = time.time() if now is None else now
    prefix = "webhook-" if scheme == "STANDARD" else "x-webhook-"
    event_id = headers.get(prefix + ("id" if scheme == "STANDARD" else "event-id"))
    timestamp = headers.get(prefix + "timestamp")
    signatures = headers.get(prefix + "signature")
    if not is_text(event_id) or not is_text(signatures):
        raise Refused("malformed")
    if scheme != "BODY_HEX":
        # `\d` would match the digits of every script, and `int` raises past 4,300 digits.
        if not is_text(timestamp) or not re.fullmatch(r"[0-9]{1,15}", timestamp):
            raise Refused("malformed")
        if now - int(timestamp) > TOLERANCE_SECONDS:
            raise Refused("stale")
        if int(timestamp) - now > TOLERANCE_SECONDS:
            raise Refused("future")

    text = encode(f"{timestamp}.{event_id}.") + body
    if scheme == "STANDARD":
        text = encode(f"{event_id}.{timestamp}.") + body
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    elif scheme == "BODY_HEX":
        expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    else:
        expected = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()

    # During a rotation there are several signatures; one that matches is enough.
    candidates = signatures.split(" " if scheme == "STANDARD" else ",")
    if not any(hmac.compare_digest(encode(candidate), encode(expected)) for candidate in candidates):
        raise Refused("signature")


def is_text(value):
    return isinstance(value, str) and value != ""


def encode(text):
    """A header may hold half of a surrogate pair, which the strict encoding raises on."""
    return text.encode("utf-8", "surrogatepass")
