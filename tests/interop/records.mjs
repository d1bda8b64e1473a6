// Every record of a register or a package, verified by other people's libraries: jose, and @sd-jwt/core.
//
// usage: node records.mjs REGISTER | records.jsonl    prints {"records": N, "keys": N, "disclosed": N}; exit 1 at the first that
//                                                     doesn't verify
//
// The keys are those that the records themselves enrol (doc/format/record.md, section 7); each record counts only with a
// key enrolled before it. Run from a folder where the libraries are installed (FLOW_NODE of tests/flow/run).
import { readdirSync, readFileSync } from 'node:fs';
import { createHash, webcrypto } from 'node:crypto';
import { join } from 'node:path';

globalThis.crypto ??= webcrypto; // Debian 12's node has it behind an option
const { compactVerify, importJWK, calculateJwkThumbprint } = await import('jose');
const { SDJwtInstance } = await import('@sd-jwt/core');

const linesOf = (path) => {
    const text = readFileSync(path, 'latin1');
    if (!text.endsWith('\n')) throw new Error(`${path} does not end with a newline`);
    return text.slice(0, -1).split('\n');
};
const source = process.argv[2];
const lines = source.endsWith('.jsonl')
    ? linesOf(source).map((line) => JSON.parse(line).sd_jwt)
    : readdirSync(join(source, 'records')).sort().flatMap((name) => linesOf(join(source, 'records', name))).map((jwt) => `${jwt}~`);
if (lines.length === 0) throw new Error('no records');

const claimsOf = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString());
const keys = new Map(); // kid -> key

async function enrol(claims) {
    if (claims.type !== 'key.enrolled' || !claims.public) return;
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: claims.public };
    if ((await calculateJwkThumbprint(jwk)) !== claims.kid) throw new Error(`kid of ${claims.jti} is no thumbprint of its key`);
    keys.set(claims.kid, await importJWK(jwk, 'EdDSA'));
}

let disclosed = 0;
for (const [index, presentation] of lines.entries()) {
    const jwt = presentation.slice(0, presentation.indexOf('~'));
    const claims = claimsOf(jwt);
    if (index === 0) await enrol(claims); // the root key enrols itself
    const { kid } = JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url').toString());
    const key = keys.get(kid);
    if (!key) throw new Error(`record ${index}: key ${kid} was not enrolled before it`);
    const { protectedHeader } = await compactVerify(jwt, key, { algorithms: ['EdDSA', 'Ed25519'] });
    if (protectedHeader.typ !== 'depositary-record+sd-jwt') throw new Error(`record ${index}: typ ${protectedHeader.typ}`);
    const sdjwt = new SDJwtInstance({
        verifier: async (data, signature) =>
            webcrypto.subtle.verify('Ed25519', key, Buffer.from(signature, 'base64url'), Buffer.from(data)),
        hasher: (data, algorithm) => createHash(algorithm.replace('-', '')).update(Buffer.from(data)).digest(),
        hashAlg: 'sha-256',
    });
    const { payload } = await sdjwt.verify(presentation);
    disclosed += Object.keys(payload).length - Object.keys(claims).filter((name) => !name.startsWith('_sd')).length;
    if (index > 0) await enrol(claims);
}
console.log(JSON.stringify({ records: lines.length, keys: keys.size, disclosed }));
