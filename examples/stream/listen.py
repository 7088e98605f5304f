# SIGNALBOX_KEY=<key> python3 examples/stream/listen.py whep_… http://127.0.0.1:3000/hooks: sends the deliveries of a stream to a local target.
import base64, json, os, sys, time, urllib.error, urllib.request

URL = os.environ.get("SIGNALBOX_URL", "http://127.0.0.1:4000") + "/graphql"
HEADERS = {"authorization": "Bearer " + os.environ["SIGNALBOX_KEY"], "content-type": "application/json", "accept": "application/json"}
CLAIM = """mutation ($endpointId: ID!) { result: deliveryStreamClaim(input: { endpointId: $endpointId, max: 10, waitSeconds: 25 }) {
  ... on Error { message } ... on DeliveryStreamClaimPayload { claimed { delivery { id } version headers { name value } bodyBase64 } } } }"""
ACKNOWLEDGE = """mutation ($results: [DeliveryStreamResultInput!]!) {
  result: deliveryStreamAcknowledge(input: { results: $results }) { ... on Error { message } } }"""

def ask(query, **variables):
    request = urllib.request.Request(URL, json.dumps({"query": query, "variables": variables}).encode(), HEADERS)
    answer = json.load(urllib.request.urlopen(request, timeout=60))
    result = answer["errors"][0] if answer.get("errors") else answer["data"]["result"]
    if result.get("message"):
        raise SystemExit(result["message"])
    return result

def send(target, leased):
    started = time.monotonic()
    result = {"id": leased["delivery"]["id"], "version": leased["version"]}
    headers = {header["name"]: header["value"] for header in leased["headers"]}
    try:
        request = urllib.request.Request(target, base64.b64decode(leased["bodyBase64"]), headers)
        result["statusCode"] = urllib.request.urlopen(request, timeout=5).status
    except urllib.error.HTTPError as error:
        result["statusCode"] = error.code
    except OSError as error:
        refused = isinstance(getattr(error, "reason", error), ConnectionRefusedError)
        result["errorCode"] = "CONNECTION_REFUSED" if refused else "CONNECTION_FAILED"
    return {**result, "durationMs": round((time.monotonic() - started) * 1000)}

while True:
    claimed = ask(CLAIM, endpointId=sys.argv[1])["claimed"]
    if claimed:
        ask(ACKNOWLEDGE, results=[send(sys.argv[2], leased) for leased in claimed])
