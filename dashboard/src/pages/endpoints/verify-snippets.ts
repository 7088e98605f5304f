import type { SignatureScheme } from '../../graph/operations.ts'

// Code that verifies a request of Signalbox, to copy, in the languages of most receivers and with their standard libraries
// (docs/delivery-contract.md). Each is one function of the raw body, the headers with names in lower case, and the secret.

export const LANGUAGES = ['TypeScript', 'Python', 'Go', 'PHP', 'Java'] as const
export type Language = (typeof LANGUAGES)[number]

/** A scheme as its snippets need it. */
interface Scheme {
  id: string
  time: string
  signature: string
  separator: ' ' | ','
  prefix: string
  /** Names that stand before the body in the signed text, each followed by a dot. */
  signed: readonly ('id' | 'time')[]
  isBase64: boolean
  /** False for the scheme without a time, which cannot tell an old request from a new one. */
  isTimed: boolean
}

const STANDARD: Scheme = {
  ...{ id: 'webhook-id', time: 'webhook-timestamp', signature: 'webhook-signature' },
  ...{ separator: ' ', prefix: 'v1,', signed: ['id', 'time'], isTimed: true, isBase64: true },
}
const OWN = { id: 'x-webhook-event-id', time: 'x-webhook-timestamp', signature: 'x-webhook-signature' }
const SCHEMES: Record<SignatureScheme, Scheme> = {
  STANDARD,
  STANDARD_ED25519: { ...STANDARD, prefix: 'v1a,' },
  BODY_HEX: { ...OWN, separator: ',', prefix: 'sha256=', signed: [], isTimed: false, isBase64: false },
  TIMESTAMPED_HEX: { ...OWN, separator: ',', prefix: '', signed: ['time', 'id'], isTimed: true, isBase64: false },
}

/** Beginning of a public ed25519 key in the form that crypto libraries read. */
const DER = '302a300506032b6570032100'
const ROTATION = 'During a rotation there are several signatures; one that matches is enough.'

/** The code of a scheme in a language. */
export function snippetOf(scheme: SignatureScheme, language: Language): string {
  const isKeyPair = scheme === 'STANDARD_ED25519'
  return WRITERS[language](SCHEMES[scheme], isKeyPair)
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}

const HMAC_IMPORTS = ['java.security.MessageDigest', 'javax.crypto.Mac', 'javax.crypto.spec.SecretKeySpec']
const KEY_PAIR_IMPORTS = [
  ...['java.security.KeyFactory', 'java.security.Signature', 'java.security.spec.X509EncodedKeySpec'],
  'java.util.HexFormat',
]

const lines = (...parts: readonly (string | false)[]) => parts.filter((part) => part !== false).join('\n')

const WRITERS: Record<Language, (scheme: Scheme, isKeyPair: boolean) => string> = {
  TypeScript({ id, time, signature, separator, prefix, signed, isTimed, isBase64 }, isKeyPair) {
    const text = signed.map((name) => `\${${name}}.`).join('')
    return lines(
      isKeyPair
        ? `import { createPublicKey, verify as isSignedBy } from 'node:crypto'`
        : `import { createHmac, timingSafeEqual } from 'node:crypto'`,
      `\nexport function verify(body: Buffer, headers: Record<string, string | undefined>, ${isKeyPair ? 'publicKey' : 'secret'}: string): boolean {`,
      isTimed && `  const id = headers['${id}'] ?? ''\n  const time = headers['${time}'] ?? ''`,
      isTimed && `  if (!/^[0-9]{1,15}$/.test(time) || Math.abs(Date.now() / 1000 - Number(time)) > 300) return false`,
      isTimed ? `  const text = Buffer.concat([Buffer.from(\`${text}\`), body])` : `  const text = body`,
      `  const signatures = (headers['${signature}'] ?? '').split('${separator}')`,
      ...(isKeyPair
        ? [
            `  const der = Buffer.concat([Buffer.from('${DER}', 'hex'), Buffer.from(publicKey.slice(5), 'base64')])`,
            `  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })`,
            `  // ${ROTATION}`,
            `  return signatures.some(\n    (given) => given.startsWith('${prefix}') && isSignedBy(null, text, key, Buffer.from(given.slice(${prefix.length}), 'base64')),\n  )`,
          ]
        : [
            isBase64 && `  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')`,
            `  const digest = createHmac('sha256', ${isBase64 ? 'key' : 'secret'}).update(text).digest('${isBase64 ? 'base64' : 'hex'}')`,
            `  const expected = Buffer.from(\`${prefix}\${digest}\`)`,
            `  // ${ROTATION}`,
            `  return signatures.map((given) => Buffer.from(given)).some(\n    (given) => given.length === expected.length && timingSafeEqual(given, expected),\n  )`,
          ]),
      `}`,
    )
  },

  Python({ id, time, signature, separator, prefix, signed, isTimed, isBase64 }, isKeyPair) {
    const text = signed.map((name) => `{${name === 'id' ? 'event_id' : 'timestamp'}}.`).join('')
    return lines(
      isKeyPair || isBase64 ? `import base64` : false,
      ...(isKeyPair ? [] : [`import hashlib`, `import hmac`]),
      isTimed && `import re\nimport time`,
      isKeyPair && `\nfrom cryptography.exceptions import InvalidSignature`,
      isKeyPair && `from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey`,
      `\n\ndef verify(body: bytes, headers: dict, ${isKeyPair ? 'public_key' : 'secret'}: str) -> bool:`,
      isTimed && `    event_id = headers.get("${id}", "")\n    timestamp = headers.get("${time}", "")`,
      isTimed &&
        `    if not re.fullmatch(r"[0-9]{1,15}", timestamp) or abs(time.time() - int(timestamp)) > 300:\n        return False`,
      isTimed ? `    text = f"${text}".encode() + body` : `    text = body`,
      `    signatures = headers.get("${signature}", "").split("${separator}")`,
      ...(isKeyPair
        ? [
            `    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix("whpk_")))`,
            `    # ${ROTATION}`,
            `    for given in signatures:`,
            `        if given.startswith("${prefix}"):`,
            `            try:`,
            `                key.verify(base64.b64decode(given[${prefix.length}:]), text)`,
            `                return True`,
            `            except (InvalidSignature, ValueError):`,
            `                pass`,
            `    return False`,
          ]
        : [
            isBase64
              ? `    key = base64.b64decode(secret.removeprefix("whsec_"))\n    expected = "${prefix}" + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()`
              : `    expected = "${prefix}" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()`,
            `    # ${ROTATION}`,
            `    return any(hmac.compare_digest(given.encode(), expected.encode()) for given in signatures)`,
          ]),
    )
  },

  Go({ id, time, signature, separator, prefix, signed, isTimed, isBase64 }, isKeyPair) {
    const coding = isBase64 ? 'encoding/base64' : 'encoding/hex'
    const imports = [
      ...(isKeyPair ? ['crypto/ed25519'] : ['crypto/hmac', 'crypto/sha256', 'crypto/subtle']),
      ...[coding, 'net/http', 'strings'],
      ...(isTimed ? ['strconv', 'time'] : []),
    ].sort()
    const text = signed.map((name) => `${name === 'id' ? 'id' : 'stamp'} + "." + `).join('')
    return lines(
      `import (\n${imports.map((name) => `\t"${name}"`).join('\n')}\n)`,
      `\nfunc Verify(body []byte, header http.Header, ${isKeyPair ? 'publicKey' : 'secret'} string) bool {`,
      isTimed && `\tid, stamp := header.Get("${id}"), header.Get("${time}")`,
      isTimed &&
        `\tseconds, err := strconv.ParseInt(stamp, 10, 64)\n\tif err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {\n\t\treturn false\n\t}`,
      isTimed ? `\ttext := append([]byte(${text.slice(0, -3)}), body...)` : `\ttext := body`,
      `\tsignatures := strings.Split(header.Get("${signature}"), "${separator}")`,
      ...(isKeyPair
        ? [
            `\tkey, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(publicKey, "whpk_"))`,
            `\tif err != nil || len(key) != ed25519.PublicKeySize {\n\t\treturn false\n\t}`,
            `\t// ${ROTATION}`,
            `\tfor _, given := range signatures {`,
            `\t\tencoded, ok := strings.CutPrefix(given, "${prefix}")`,
            `\t\tsigned, err := base64.StdEncoding.DecodeString(encoded)`,
            `\t\tif ok && err == nil && ed25519.Verify(key, text, signed) {\n\t\t\treturn true\n\t\t}`,
            `\t}`,
          ]
        : [
            isBase64
              ? `\tkey, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))\n\tif err != nil {\n\t\treturn false\n\t}`
              : `\tkey := []byte(secret)`,
            `\tmac := hmac.New(sha256.New, key)\n\tmac.Write(text)`,
            `\texpected := ${prefix === '' ? '' : `"${prefix}" + `}${isBase64 ? 'base64.StdEncoding' : 'hex'}.EncodeToString(mac.Sum(nil))`,
            `\t// ${ROTATION}`,
            `\tfor _, given := range signatures {`,
            `\t\tif subtle.ConstantTimeCompare([]byte(given), []byte(expected)) == 1 {\n\t\t\treturn true\n\t\t}`,
            `\t}`,
          ]),
      `\treturn false\n}`,
    )
  },

  PHP({ id, time, signature, separator, prefix, signed, isTimed, isBase64 }, isKeyPair) {
    const text = signed.map((name) => `$${name}.`).join('')
    return lines(
      `<?php`,
      `function verify(string $body, array $headers, string $${isKeyPair ? 'publicKey' : 'secret'}): bool`,
      `{`,
      isTimed && `    $id = $headers['${id}'] ?? '';\n    $time = $headers['${time}'] ?? '';`,
      isTimed &&
        `    if (!preg_match('/\\A[0-9]{1,15}\\z/', $time) || abs(time() - (int) $time) > 300) {\n        return false;\n    }`,
      isTimed ? `    $text = "${text}" . $body;` : `    $text = $body;`,
      `    $signatures = explode('${separator}', $headers['${signature}'] ?? '');`,
      ...(isKeyPair
        ? [
            `    $key = base64_decode(substr($publicKey, strlen('whpk_')));`,
            `    // ${ROTATION}`,
            `    foreach ($signatures as $given) {`,
            `        $signed = str_starts_with($given, '${prefix}') ? base64_decode(substr($given, ${prefix.length}), true) : false;`,
            `        if ($signed !== false && strlen($signed) === SODIUM_CRYPTO_SIGN_BYTES && sodium_crypto_sign_verify_detached($signed, $text, $key)) {`,
          ]
        : [
            isBase64
              ? `    $key = base64_decode(substr($secret, strlen('whsec_')));\n    $expected = '${prefix}' . base64_encode(hash_hmac('sha256', $text, $key, true));`
              : `    $expected = '${prefix}' . hash_hmac('sha256', $text, $secret);`,
            `    // ${ROTATION}`,
            `    foreach ($signatures as $given) {`,
            `        if (hash_equals($expected, $given)) {`,
          ]),
      `            return true;\n        }\n    }`,
      `    return false;\n}`,
    )
  },

  Java({ id, time, signature, separator, prefix, signed, isTimed, isBase64 }, isKeyPair) {
    const text = signed.map((name) => `${name} + "." + `).join('')
    const imports = [
      ...(isKeyPair ? KEY_PAIR_IMPORTS : HMAC_IMPORTS),
      ...(isTimed ? ['java.io.ByteArrayOutputStream'] : []),
      ...(isBase64 ? ['java.util.Base64'] : ['java.util.HexFormat']),
      ...['java.util.Map', 'java.nio.charset.StandardCharsets'],
    ].sort()
    return lines(
      imports.map((name) => `import ${name};`).join('\n'),
      `\npublic class Webhooks {`,
      `    public static boolean verify(byte[] body, Map<String, String> headers, String ${isKeyPair ? 'publicKey' : 'secret'}) throws Exception {`,
      isTimed &&
        `        String id = headers.getOrDefault("${id}", "");\n        String time = headers.getOrDefault("${time}", "");`,
      isTimed &&
        `        if (!time.matches("[0-9]{1,15}") || Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(time)) > 300) return false;`,
      ...(isTimed
        ? [
            `        var text = new ByteArrayOutputStream();`,
            `        text.writeBytes((${text.slice(0, -3)}).getBytes(StandardCharsets.UTF_8));`,
            `        text.writeBytes(body);`,
          ]
        : []),
      `        String[] signatures = headers.getOrDefault("${signature}", "").split("${separator}");`,
      ...(isKeyPair
        ? [
            `        var der = new ByteArrayOutputStream();`,
            `        der.writeBytes(HexFormat.of().parseHex("${DER}"));`,
            `        der.writeBytes(Base64.getDecoder().decode(publicKey.substring("whpk_".length())));`,
            `        var key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der.toByteArray()));`,
            `        // ${ROTATION}`,
            `        for (String given : signatures) {`,
            `            if (!given.startsWith("${prefix}")) continue;`,
            `            var check = Signature.getInstance("Ed25519");`,
            `            check.initVerify(key);`,
            `            check.update(text.toByteArray());`,
            `            if (check.verify(Base64.getDecoder().decode(given.substring(${prefix.length})))) return true;`,
            `        }`,
          ]
        : [
            isBase64
              ? `        byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));`
              : `        byte[] key = secret.getBytes(StandardCharsets.UTF_8);`,
            `        Mac mac = Mac.getInstance("HmacSHA256");`,
            `        mac.init(new SecretKeySpec(key, "HmacSHA256"));`,
            `        byte[] digest = mac.doFinal(${isTimed ? 'text.toByteArray()' : 'body'});`,
            `        String expected = "${prefix}" + ${isBase64 ? 'Base64.getEncoder().encodeToString(digest)' : 'HexFormat.of().formatHex(digest)'};`,
            `        // ${ROTATION}`,
            `        for (String given : signatures)`,
            `            if (MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8))) return true;`,
          ]),
      `        return false;\n    }\n}`,
    )
  },
}
