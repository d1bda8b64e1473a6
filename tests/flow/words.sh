# Help in three languages: the columns stand, nothing is left in English, and Latin words keep their places among Arabic ones.
need python3
commands=$(LANGUAGE=en depositary --help | sed -n 's/^  \([a-z]*\)  *.*/\1/p')
[ -n "$commands" ] || fail 'no commands'
for language in en fr ar; do
    for command in '' $commands; do
        # shellcheck disable=SC2086
        LANGUAGE=$language depositary $command --help >"help.$language.$command"
    done
done
# shellcheck disable=SC2086
python3 - $commands <<'PY'
import re, sys, unicodedata
def width(text):
    return sum(0 if unicodedata.category(c) in ('Mn', 'Me', 'Cf') else 1 for c in text)
bad = 0
for command in [''] + sys.argv[1:]:
    text = {l: open('help.%s.%s' % (l, command), encoding='utf-8').read().split('\n') for l in ('en', 'fr', 'ar')}
    for language, lines in text.items():
        columns = set()
        for line in lines:
            match = re.match(r'( {2,}(?:-\w, )?-?-?[a-z-]+(?: …)? +)(.*)$', line)
            if not match:
                continue
            columns.add(width(match[1]))
            words = match[2]
            arabic = re.search('[\u0600-\u06ff]', words)
            if language == 'ar' and arabic and not (words[0] == '\u2067' and words[-1] == '\u2069'):
                print('not isolated: %r' % line); bad += 1
            # A word of the shell that begins with dashes takes its direction from what is before it.
            for option in re.finditer(r'(?:^|(.))(--[a-z])', words) if language == 'ar' and arabic else ():
                if option[1] not in ('\u200e', '\u2066') and not (option.start() and re.search('[A-Za-z][ ]$', words[:option.start(2)])):
                    print('an option without a mark: %r' % line); bad += 1
            if language != 'en' and line in text['en'] and not re.fullmatch(r'[a-z, ]+', words):
                print('%s: English: %s' % (language, line)); bad += 1
        if len(columns) != 1:
            print('%s %s: the second column begins at %s' % (language, command, sorted(columns))); bad += 1
sys.exit(1 if bad else 0)
PY

# Each record type is named once, a superseded version of it is not.
depositary schema >types
grep -q '^charter.adopted ' types
[ -z "$(cut -d ' ' -f 1 types | sort | uniq -d)" ] || fail 'a record type is listed twice'
