import { execFileSync } from 'node:child_process'
import path from 'node:path'

/** A certificate and its private key, as files. */
export interface CertificateFiles {
  cert: string
  key: string
}

/**
 * A certificate authority of a test, made with openssl in a folder of its own.
 *
 * @param folder where the files go
 */
export function createAuthority(folder: string, name: string) {
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' })
  const keyForm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl(
    'req',
    '-x509',
    ...keyForm,
    '-days',
    '30',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
    '-subj',
    `/CN=${name}`,
  )
  return {
    /** PEM file of the authority. */
    file: path.join(folder, `${name}.pem`),

    /** @param alternative such as `IP:127.0.0.1`; the empty text: none */
    issue(subject: string, alternative = ''): CertificateFiles {
      const extension = alternative === '' ? [] : ['-addext', `subjectAltName=${alternative}`]
      openssl(
        'req',
        ...keyForm,
        '-keyout',
        `${subject}.key`,
        '-out',
        `${subject}.csr`,
        '-subj',
        `/CN=${subject}`,
        ...extension,
      )
      const authority = ['-CA', `${name}.pem`, '-CAkey', `${name}.key`, '-CAcreateserial']
      openssl(
        'x509',
        '-req',
        '-in',
        `${subject}.csr`,
        ...authority,
        '-days',
        '30',
        '-copy_extensions',
        'copy',
        '-out',
        `${subject}.pem`,
      )
      return { cert: path.join(folder, `${subject}.pem`), key: path.join(folder, `${subject}.key`) }
    },
  }
}
