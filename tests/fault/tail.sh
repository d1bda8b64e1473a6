# A torn tail: records cut at any byte beyond the checkpoint are taken up or moved aside; a cut before it is a fault that is never repaired.
need jq
new_register reg
for text in one two three; do depositary note --text $text -C reg >/dev/null; done
cp -a reg whole
size=$(stat -c %s reg/records/000000)
last=$(tail -n 1 reg/records/000000 | wc -c)

# An older checkpoint with all records: what a crash between the commit point and the checkpoint leaves.
cp reg/log/checkpoint older
depositary note --text four -C reg >/dev/null
cp older reg/log/checkpoint
depositary verify reg --json >verdict || true
same unproved "$(json verdict .verdict)" 'verdict with a tail'
depositary note --text five -C reg >/dev/null 2>err
holds err 'taken up'
expect 0 depositary verify reg >/dev/null

tried=0
for cut in 1 2 $((last / 2)) $((last - 1)) $last $((last + 1)); do
    rm -rf reg
    cp -a whole reg
    truncate -s $((size - cut)) reg/records/000000
    expect 3 depositary note --text x -C reg >/dev/null 2>err
    holds err 'records/000000'
    cmp -n $((size - cut)) reg/records/000000 whole/records/000000 || fail 'what was left was changed'
    tried=$((tried + 1))
done
# The same cuts behind an older checkpoint: the torn line goes aside, the whole ones stay.
rm -rf reg
cp -a whole reg
depositary note --text four -C reg >/dev/null
cp -a reg torn
longer=$(stat -c %s reg/records/000000)
for cut in 1 2 $(((longer - size) / 2)) $((longer - size - 1)); do
    rm -rf reg
    cp -a torn reg
    cp older reg/log/checkpoint
    truncate -s $((longer - cut)) reg/records/000000
    depositary note --text y -C reg >/dev/null 2>err
    holds err 'aside'
    [ -n "$(ls reg/aside)" ] || fail 'nothing was kept aside'
    expect 0 depositary verify reg >/dev/null
    tried=$((tried + 1))
done
echo "$tried cuts"
