// A signed report of `depositary verify --report`, verified by another's library: jose.
//
// usage: node report.mjs REPORT PUBLIC-KEY.pem    prints the claims; exit 1 where it doesn't verify
import { readFileSync } from 'node:fs';
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto; // Debian 12's node has it behind an option
const { calculateJwkThumbprint, exportJWK, importSPKI, jwtVerify } = await import('jose');

const key = await importSPKI(readFileSync(process.argv[3], 'utf8'), 'EdDSA', { extractable: true });
const { payload, protectedHeader } = await jwtVerify(readFileSync(process.argv[2], 'utf8'), key, { algorithms: ['EdDSA'], typ: 'depositary-report+jwt' });
if (protectedHeader.kid !== (await calculateJwkThumbprint(await exportJWK(key)))) throw new Error('kid is no thumbprint of the key');
console.log(JSON.stringify(payload));
