"""Makes vectors.json with nothing of Signalbox: Python's hmac, and openssl for ed25519.

    python3 test/support/vectors/make_vectors.py
"""

import base64
import hashlib
import hmac
import json
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent
TIME = 1772366400
EVENT = "evt_01kjm0000000000000000000ab"
KEY = bytes(range(32))
OTHER = bytes(range(100, 132))
BODY = '{"id":"%s","type":"invoice.paid","data":{"amount":1200,"note":"Grüße, 世界 \\u0001"}}' % EVENT


def whsec(key):
    return "whsec_" + base64.b64encode(key).decode()


def hexmac(secret, text):
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def standard(key, body, time, event=EVENT):
    text = f"{event}.{time}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def ed25519(seed, body, time):
    """openssl signs; the key is written in the DER form of RFC 8410."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "key.der").write_bytes(bytes.fromhex("302e020100300506032b657004220420") + seed)
        (path / "text").write_bytes(f"{EVENT}.{time}.{body}".encode())
        run = lambda *words: subprocess.run(["openssl", *words], cwd=path, check=True, capture_output=True).stdout
        key = ["-inkey", "key.der", "-keyform", "DER"]
        signature = run("pkeyutl", "-sign", *key, "-rawin", "-in", "text")
        public = run("pkey", "-in", "key.der", "-inform", "DER", "-pubout", "-outform", "DER")[-32:]
    secret = "whsk_" + base64.b64encode(seed + public).decode()
    return "v1a," + base64.b64encode(signature).decode(), secret, "whpk_" + base64.b64encode(public).decode()


def headers(scheme, secrets, body, time):
    if scheme == "STANDARD":
        signature = " ".join(standard(base64.b64decode(s[6:]), body, time) for s in secrets)
        return {"webhook-id": EVENT, "webhook-timestamp": str(time), "webhook-signature": signature}
    if scheme == "BODY_HEX":
        signature = ",".join("sha256=" + hexmac(s, body) for s in secrets)
        return {"x-webhook-event-id": EVENT, "x-webhook-signature": signature}
    signature = ",".join(hexmac(s, f"{time}.{EVENT}.{body}") for s in secrets)
    return {"x-webhook-timestamp": str(time), "x-webhook-event-id": EVENT, "x-webhook-signature": signature}


def main():
    vectors = []

    def add(name, scheme, expect, sent, body=BODY, now=TIME, verify_with=None, signed_with=None, time=TIME):
        vectors.append(
            {
                "name": name,
                "scheme": scheme,
                "secrets": signed_with or [whsec(KEY)],
                "verifyWith": verify_with or whsec(KEY),
                "eventId": EVENT,
                "timestamp": time,
                "now": now,
                "body": body,
                "headers": sent,
                "expect": expect,
            }
        )

    changed = BODY.replace("1200", "9900")
    for scheme in ("STANDARD", "BODY_HEX", "TIMESTAMPED_HEX"):
        sent = headers(scheme, [whsec(KEY)], BODY, TIME)
        both = headers(scheme, [whsec(OTHER), whsec(KEY)], BODY, TIME)
        header = "webhook-signature" if scheme == "STANDARD" else "x-webhook-signature"
        add("valid", scheme, "valid", sent)
        for which, key in (("old", KEY), ("new", OTHER)):
            add(f"rotation, {which} secret", scheme, "valid", both, None or BODY, TIME, whsec(key), [whsec(OTHER), whsec(KEY)])
        add("changed body", scheme, "signature", sent, changed)
        add("wrong secret", scheme, "signature", sent, verify_with=whsec(OTHER))
        add("malformed signature", scheme, "signature", {**sent, header: "nonsense"})
        add("missing signature", scheme, "malformed", {k: v for k, v in sent.items() if k != header})
        if scheme != "BODY_HEX":
            stamp = "webhook-timestamp" if scheme == "STANDARD" else "x-webhook-timestamp"
            add("at the edge of the tolerance", scheme, "valid", sent, now=TIME + 300)
            add("stale", scheme, "stale", sent, now=TIME + 301)
            add("future", scheme, "future", sent, now=TIME - 301)
            add("changed timestamp", scheme, "signature", {**sent, stamp: str(TIME + 1)})
            add("malformed timestamp", scheme, "malformed", {**sent, stamp: "yesterday"})
    signature, secret, public = ed25519(KEY, BODY, TIME)
    sent = {"webhook-id": EVENT, "webhook-timestamp": str(TIME), "webhook-signature": signature}
    add("valid", "STANDARD_ED25519", "valid", sent, verify_with=public, signed_with=[secret])
    add("changed body", "STANDARD_ED25519", "signature", sent, changed, verify_with=public, signed_with=[secret])
    wrong = ed25519(OTHER, BODY, TIME)[2]
    add("wrong key", "STANDARD_ED25519", "signature", sent, verify_with=wrong, signed_with=[secret])
    add("stale", "STANDARD_ED25519", "stale", sent, now=TIME + 301, verify_with=public, signed_with=[secret])
    (HERE / "vectors.json").write_text(json.dumps(vectors, indent=1, ensure_ascii=False) + "\n")


main()
