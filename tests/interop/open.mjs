// Open an age file with age-encryption, the other implementation.
//
// usage: node open.mjs IDENTITY-FILE <FILE.age >PLAINTEXT
// IDENTITY-FILE holds an AGE-SECRET-KEY-1... line. Run from a folder where the library is installed (FLOW_NODE).
import { readFileSync } from 'node:fs';
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto; // Debian 12's node has it behind an option
const { Decrypter } = await import('age-encryption');

const identity = readFileSync(process.argv[2], 'utf8').split('\n').find((line) => line.startsWith('AGE-SECRET-KEY-1'));
if (!identity) throw new Error(`${process.argv[2]} holds no identity`);
const decrypter = new Decrypter();
decrypter.addIdentity(identity.trim());
process.stdout.write(await decrypter.decrypt(readFileSync(0)));
