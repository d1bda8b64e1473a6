// RFC 3161 tokens against the certificates that the charter pins (doc/format/package.md section 5.5; as src/crypto/tsp.h, by another
// library). Nothing but the pinned certificates is trusted: a browser's own authorities are never asked.

import * as asn1js from 'asn1js'
import { Certificate, ContentInfo, ExtKeyUsage, SignedData, TimeStampResp, TSTInfo } from 'pkijs'

/** As wasm_verify_token_is() numbers them. */
const GOOD = 0, FORM = 1, DIGEST = 2, AUTHORITY = 3, SIGNATURE = 4, USE = 5, REFUSED = 6

const SIGNED_DATA = '1.2.840.113549.1.7.2'
const TST_INFO = '1.2.840.113549.1.9.16.1.4'
const SHA256 = '2.16.840.1.101.3.4.2.1'
const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12' // RFC 2634: by SHA-1
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47' // RFC 5816: by SHA-256 unless it says otherwise
const EXTENDED_KEY_USAGE = '2.5.29.37'
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const digest = async (name, bytes) => hex(await crypto.subtle.digest(name, bytes))

function parse(bytes) {
  const read = asn1js.fromBER(bytes)
  if (read.offset !== bytes.byteLength) throw new Error('not one DER value')
  return read.result
}

/** The signed attribute must name this very certificate: else one key's other certificate would do. */
async function namesCertificate(signer, certificate) {
  const values = (type) => signer.signedAttrs?.attributes.find((attribute) => attribute.type === type)?.values[0]
  const bytes = certificate.toSchema().toBER()
  const second = values(SIGNING_CERTIFICATE_V2)?.valueBlock.value[0]?.valueBlock.value[0]?.valueBlock.value
  if (second) {
    const named = second[0] instanceof asn1js.OctetString ? second[0] : null // another algorithm than the default comes first
    return named !== null && hex(named.valueBlock.valueHexView) === (await digest('SHA-256', bytes))
  }
  const first = values(SIGNING_CERTIFICATE)?.valueBlock.value[0]?.valueBlock.value[0]?.valueBlock.value[0]
  return first instanceof asn1js.OctetString && hex(first.valueBlock.valueHexView) === (await digest('SHA-1', bytes))
}

function mayTimestamp(certificate, time) {
  const usage = certificate.extensions?.filter((extension) => extension.extnID === EXTENDED_KEY_USAGE) ?? []
  const purposes = usage.length === 1 && usage[0].critical && usage[0].parsedValue instanceof ExtKeyUsage ? usage[0].parsedValue.keyPurposes : []
  return purposes.length === 1 && purposes[0] === TIME_STAMPING && certificate.notBefore.value <= time && time <= certificate.notAfter.value
}

/** Place of the pinned certificate that is the signer's or issued it; -1. */
async function vouchedBy(certificate, pinned) {
  const mine = hex(certificate.toSchema().toBER())
  for (const [place, other] of pinned.entries()) {
    if (other === null) continue
    if (hex(other.toSchema().toBER()) === mine) return place
    if (certificate.issuer.isEqual(other.subject) && (await certificate.verify(other).catch(() => false))) return place
  }
  return -1
}

/**
 * `response`: DER bytes; `text`: what it must be over; `expected`: SHA-256 of it, in hex; `authorities`: base64 DER certificates.
 * Returns {found, time, authority}: found 0 where it is good; time in seconds.
 */
export async function judgeToken(response, text, expected, authorities) {
  let signed, info, signer, certificate
  try {
    const answer = new TimeStampResp({ schema: parse(response) })
    if (![0, 1].includes(answer.status.status)) return { found: REFUSED }
    const content = new ContentInfo({ schema: answer.timeStampToken.toSchema() })
    signed = new SignedData({ schema: content.content })
    if (content.contentType !== SIGNED_DATA || signed.encapContentInfo.eContentType !== TST_INFO || signed.signerInfos.length !== 1) {
      return { found: FORM }
    }
    info = new TSTInfo({ schema: parse(signed.encapContentInfo.eContent.getValue()) })
    signer = signed.signerInfos[0]
    if (info.version !== 1) return { found: FORM }
  } catch {
    return { found: FORM }
  }
  const imprint = info.messageImprint
  if (imprint.hashAlgorithm.algorithmId !== SHA256 || hex(imprint.hashedMessage.valueBlock.valueHexView) !== expected) return { found: DIGEST }
  const pinned = authorities.map((text) => {
    try {
      return new Certificate({ schema: parse(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer) })
    } catch {
      return null // what is no certificate vouches for nothing
    }
  })
  const all = [...(signed.certificates ?? []).filter((one) => one instanceof Certificate), ...pinned.filter((one) => one !== null)]
  certificate = all.find((one) => signer.sid.serialNumber?.isEqual(one.serialNumber) && signer.sid.issuer?.isEqual(one.issuer))
  if (!certificate) return { found: AUTHORITY }
  signed.certificates = [certificate]
  try {
    const said = await signed.verify({ signer: 0, checkChain: false, data: text, extendedMode: true })
    if (!said.signatureVerified || !(await namesCertificate(signer, certificate))) return { found: SIGNATURE }
  } catch {
    return { found: SIGNATURE }
  }
  const authority = await vouchedBy(certificate, pinned)
  if (authority < 0) return { found: AUTHORITY }
  if (!mayTimestamp(certificate, info.genTime)) return { found: USE }
  return { found: GOOD, time: Math.ceil(info.genTime.getTime() / 1000), authority }
}
