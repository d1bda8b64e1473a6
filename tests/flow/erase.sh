# Erasing: the key is destroyed, everything still verifies; a hold is stronger; a backup doesn't bring it back; a rollback is seen.
need jq
new_register reg
run() { depositary "$@" -C reg; }
run note --text 'a name that must go' --json >note
id=$(json note .id)
mkdir dump
echo x >dump/x
run collect dump --json --file - <<<'{"exhibit": "X-1-to-be-erased", "case": "C-1"}' >collected
depositary backup -C reg copy >/dev/null
cp reg/log/checkpoint before

run erase "$id" --yes --file - <<<'{"authority": {"text": "Court order 3", "lang": "en"}}' >/dev/null
run show "$id" --json >shown
same secret.erased "$(json shown .why_not)" 'why it is not shown'
expect 1 run erase "$id" --yes --file - <<<'{"authority": {"text": "again", "lang": "en"}}' 2>err
holds err 'erase.already'
depositary verify reg --json >verdict
same intact "$(json verdict .verdict)" 'verdict after an erasure'

# A search for what the erased evidence record held finds nothing, and index.db holds no trace.
run search C-1 --json >found
same 1 "$(wc -l <found)" 'found before'
holds reg/index.db 'X-1-to-be-erased'
run hold place X-1-to-be-erased --yes --file - <<<'{"authority": {"text": "Court order 4", "lang": "en"}}' >/dev/null
expect 1 run erase "$(json collected .record)" --yes --file - <<<'{"authority": {"text": "no", "lang": "en"}}' 2>err
holds err 'hold.in_force'
run hold lift X-1-to-be-erased --yes --file - <<<'{"authority": {"text": "Court order 5", "lang": "en"}}' >/dev/null
run erase "$(json collected .record)" --yes --file - <<<'{"authority": {"text": "Court order 6", "lang": "en"}}' >/dev/null
run search C-1 --json >found
same 0 "$(wc -l <found)" 'found after'
lacks reg/index.db 'X-1-to-be-erased'

# An old copy of the keyring undoes nothing once the log that tells of the erasure is restored.
depositary backup -C reg later >/dev/null
depositary restore later restored --keyring copy-keyring --seen reg/log/checkpoint >/dev/null
depositary show "$id" -C restored --json >shown
same secret.erased "$(json shown .why_not)" 'erased in the restored register'
# The old backup alone is older than what others have seen.
expect 1 depositary restore copy rolled --seen reg/log/checkpoint 2>err
holds err 'restore.rollback'
expect 0 depositary verify reg --seen before >/dev/null

# index.db is disposable: without it a value is found all the same, in every way of asking for one, and a number used twice is noticed.
run collect dump --yes --json --file - >collected <<<'{"exhibit": "X-7", "case": "C-7"}'
same 1 "$(rm reg/index.db* && run search C-7 --json | wc -l)" 'found by its case without an index'
same intact "$(rm reg/index.db* && run item check X-7 --json | jq -r .outcome)" 'found by its exhibit number without an index'
rm reg/index.db*
run collect dump --yes --file - >/dev/null 2>err <<<'{"exhibit": "X-7", "case": "C-8"}'
holds err 'X-7 is already used'
holds err 'the same content'
