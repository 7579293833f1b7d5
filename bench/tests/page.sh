#!/usr/bin/env bash
# page.sh - the report in a browser: can everybody read it, everywhere?
#
# The page is made from results/sample. What it is built of is looked at as
# text. Chromium then opens it as a reader would: from a file, without a
# network, at the widths of a phone and of a screen; it is printed, and axe-core
# looks for what keeps people with impairments out. Each question is asked of
# a page that is broken in that very way, too, and must find it.
# Left out: whether the page is pretty, which needs eyes: CHROMIUM and the
# screenshots it makes are a good place to begin (KEEP=DIR keeps them).
# SPDX-License-Identifier: MIT
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

run=$scratch/run
page=$run/report.html
cp -r results/sample "$run"
ok 'the report is made' scripts/report "$run"

# A copy of the page, changed by sed expressions; its name.
copy() { # NAME EXPRESSION...
    local name=$scratch/$1.html expressions=()
    shift
    for expression in "$@"; do
        expressions+=(-e "$expression")
    done
    sed -E "${expressions[@]}" "$page" > "$name"
    echo "$name"
}

# ---------------------------------------------------------------- as text

# What is wrong with the heads: not one h1, or a level left out.
heads_wrong() { # PAGE
    grep -oE '<h[1-6]' "$1" | tr -d '<h' | awk '
        { if ($1 > last + 1) print "h" $1 " after h" last; last = $1; n += $1 == 1 }
        END { if (n != 1) print n + 0 " heads of level 1" }'
}

# Pictures without a text in their place, tables without a caption.
texts_missing() { # PAGE
    grep -E '<svg' "$1" | grep -vE 'role="img" aria-label="[^"]{40,}"' |
        sed 's/^/no text: /'
    awk '/<table/ { getline next_line; if (next_line !~ /<caption>.+/) print "no caption: " $0 }' "$1"
}

# Whatever could be fetched, or run.
foreign_parts() { # PAGE
    grep -oiE '<(script|link|iframe|object|embed|img|video|audio)|@import|url\([^#)]*\)|src=|href="?(https?:|//)| on[a-z]+="' "$1"
}

is 'one head, and no level left out' "$(heads_wrong "$page")" ''
like 'a level left out is seen' "$(heads_wrong "$(copy level 's/h2/h4/g')")" \
    'h4 after h1'
is 'each chart has words in its place, each table a caption' \
    "$(texts_missing "$page")" ''
like 'a chart without them is seen' "$(texts_missing "$(copy mute \
    's/aria-label="On [^"]*"/aria-label=""/')")" 'no text'
like 'a table without it is seen' "$(texts_missing "$(copy bare \
    's/<caption>.*<\/caption>//')")" 'no caption'
is 'nothing in it is fetched or runs' "$(foreign_parts "$page")" ''
like 'a script is seen' "$(foreign_parts "$(copy script \
    's/<main>/<main><script>1<\/script>/')")" '<script'
for part in '<html lang="en">' '<header>' '<nav ' '<main>' '<footer>'; do
    is "there is one $part" "$(grep -c "$part" "$page")" 1
done
is 'every id is there once' \
    "$(grep -oE ' id=["'\''][^"'\'']*' "$page" | tr -d "\"'" | sort | uniq -d)" ''
is 'the contents lead somewhere' "$(grep -oE '<li><a href="#[^"]*"' "$page" |
    sed 's/.*#//; s/"//' | while read -r id; do
        grep -q " id=\"$id\"" "$page" || echo "$id"
    done)" ''
is 'every lesson is in it' "$(grep -c ' id="lesson-' "$page")" \
    "$(find scripts/lessons -name '*.lesson' | wc -l)"
for name in "$run"/charts/*.svg; do
    name=$(basename "$name" .svg)
    grep -q "id=\"$name\"" "$page" || fail "chart $name is not in it"
done

# ------------------------------------------------------------- the browser

for name in "${CHROMIUM:-chromium}" chromium-browser google-chrome; do
    browser=$(command -v "$name") && break
done
if [ -z "$browser" ]; then
    skip 'the page in a browser' 'chromium is not installed (scripts/setup --for ci)'
    finish
fi
if ! command -v jq > /dev/null; then
    skip 'the page in a browser' 'jq is not installed'
    finish
fi

# Opens a page as it is, at a width; the options say what to do with it. Names
# of hosts lead nowhere: a browser has affairs of its own on the network. What
# it prints is in $scratch/dom and $scratch/log.
visit() { # PAGE WIDTH HEIGHT OPTION...
    local file=$1 size=$2,$3
    shift 3
    timeout -k 5 100 "$browser" --headless --no-sandbox --disable-gpu \
        --disable-dev-shm-usage --hide-scrollbars --no-first-run \
        --disable-background-networking --disable-component-update \
        --host-resolver-rules='MAP * ~NOTFOUND' \
        --user-data-dir="$scratch/profile" --log-net-log="$scratch/net.json" \
        --enable-logging=stderr --window-size="$size" \
        --virtual-time-budget=30000 "$@" "file://$file" \
        > "$scratch/dom" 2> "$scratch/log"
}

# What the page asked for: the browser's own requests have no origin.
requests() {
    jq -r '.constants.logEventTypes.URL_REQUEST_START_JOB as $start
        | .events[] | select(.type == $start and .params.url != null
            and .params.initiator != null
            and .params.initiator != "not an origin")
        | .params.url' "$scratch/net.json" | grep -E '^(https?|wss?|ftp):'
}

console() {
    grep 'CONSOLE' "$scratch/log" | sed 's/.*CONSOLE[^]]*\] //'
}

if ! visit "$page" 1280 900 --dump-dom || ! grep -q '</html>' "$scratch/dom"
then
    skip 'the page in a browser' "chromium does not start: $(tail -n 1 "$scratch/log")"
    finish
fi
is 'nothing is requested' "$(requests)" ''
is 'nothing is said on the console' "$(console)" ''
visit "$(copy loud 's|</main>|<img alt="" src="http://127.0.0.1:9/a.png"><script>console.error("oh")</script></main>|')" \
    1280 900 --dump-dom
is 'a request is seen' "$(requests)" 'http://127.0.0.1:9/a.png'
like 'an error is seen' "$(console)" '"oh"'

# ----------------------------------------------------------------- widths

# Opens a page that tells what it found, in a frame: no window is as narrow as
# a phone. What is told is found below the frame.
framed() { # PAGE WIDTH HEIGHT OPTION...
    local file=$1 width=$2 height=$3
    shift 3
    cat > "$scratch/framed.html" << HTML
<!DOCTYPE html>
<html lang="en"><head><title>frame</title></head>
<body style="margin: 0">
<iframe title="page" src="${file##*/}" width="$width" height="$height"
    style="border: 0"></iframe>
<pre id="told"></pre>
<script>
onmessage = told => document.getElementById("told").textContent = told.data;
</script>
</body></html>
HTML
    visit "$scratch/framed.html" 1400 1000 --dump-dom "$@"
}

# A copy that tells where things are, once it is laid out. With `open`, all that
# is folded is opened before.
measuring() { # PAGE [open]
    {
        sed '/<\/body>/,$d' "$1"
        cat << HTML
<script>
if ("${2:-}") document.querySelectorAll("details").forEach(d => d.open = true);
const root = document.documentElement, found = [];
const box = e => e ? e.getBoundingClientRect() : {top: NaN, bottom: NaN};
const heads = document.querySelectorAll(".headline");
found.push("window " + innerWidth, "inner " + root.clientWidth,
    "outer " + root.scrollWidth,
    "head " + Math.round(box(heads[heads.length - 1]).bottom),
    "lessons " + Math.round(box(document.getElementById("lessons")).top),
    "narrowest " + Math.round(Math.min(...Array.from(
        document.querySelectorAll("figure svg"), s => box(s).width))));
parent.postMessage("\nfound " + found.join("\nfound ") + "\n", "*");
</script>
</body>
</html>
HTML
    } > "$scratch/measuring.html"
    echo "$scratch/measuring.html"
}

found() { # WHAT: as the last page in a frame told it
    sed -n "s/^found $1 //p" "$scratch/dom"
}

for width in 400 1280; do
    framed "$(measuring "$page")" $width 800
    is "$width px: laid out so wide" "$(found window)" $width
    is "$width px: nothing sticks out" "$(found outer)" "$(found inner)"
    ok "$width px: what was found is read without scrolling" \
        test "$(found head)" -lt 800
    ok "$width px: and the lessons begin there" test "$(found lessons)" -lt 800
    ok "$width px: charts are wide enough for their letters" \
        test "$(found narrowest)" -ge 380
    framed "$(measuring "$page" open)" $width 800
    is "$width px: nor when all is unfolded" "$(found outer)" "$(found inner)"
done
framed "$(measuring "$(copy wide 's/overflow-x: auto;//')" open)" 400 800
ok 'what sticks out is seen' test "$(found outer)" -gt "$(found inner)"
framed "$(measuring "$(copy late 's/<h1>/<p style="height: 40em">\&nbsp;<\/p><h1>/')")" \
    400 800
ok 'a headline that comes late is seen' test "$(found head)" -ge 800

# ------------------------------------------------------- pictures of the page

# Width and height of a PNG, from its first chunk.
dimensions() { # FILE
    od -An -tu1 -j 16 -N 8 "$1" | awk '
        { print $1 * 2^24 + $2 * 2^16 + $3 * 256 + $4 "x" \
                $5 * 2^24 + $6 * 2^16 + $7 * 256 + $8 }'
}

screenshot() { # PAGE WIDTH NAME
    rm -f "$scratch/$3.png"
    visit "$1" "$2" 1000 --screenshot="$scratch/$3.png"
    [ -z "${KEEP:-}" ] || cp "$scratch/$3.png" "$KEEP/"
}

echo '<!DOCTYPE html><title>nothing</title>' > "$scratch/nothing.html"
for width in 400 1280; do
    screenshot "$page" $width "page-$width"
    screenshot "$scratch/nothing.html" $width nothing
    is "$width px: a picture" "$(dimensions "$scratch/page-$width.png")" \
        "${width}x1000"
    # A blank picture is packed into a few kilobytes.
    ok "$width px: with something on it" test \
        "$(wc -c < "$scratch/page-$width.png")" -gt \
        $((5 * $(wc -c < "$scratch/nothing.png")))
done

# ------------------------------------------------------------------- paper

# Prints a page; answers how many sheets that takes.
sheets() { # PAGE
    rm -f "$scratch/page.pdf"
    visit "$1" 1280 900 --no-pdf-header-footer --print-to-pdf="$scratch/page.pdf"
    [ -z "${KEEP:-}" ] || cp "$scratch/page.pdf" "$KEEP/"
    grep -ac '/Type /Page$' "$scratch/page.pdf"
}

printed=$(sheets "$(copy unfolded 's/<details/<details open/')")
ok 'it can be printed' test "$printed" -gt 5
is 'what is folded is printed, too' "$(sheets "$page")" "$printed"
ok 'that it is not is seen' test \
    "$(sheets "$(copy folded 's/::details-content/::nothing/')")" -lt "$printed"

# ---------------------------------------------------------------- for everybody

axe=$BUILD/axe/node_modules/axe-core/axe.min.js
if [ ! -s "$axe" ]; then
    skip 'accessibility' 'axe-core is not there (scripts/setup --for ci fetches it)'
    finish
fi

# A copy in which axe-core looks at everything, unfolded, and writes down what
# it found: a line for each rule that is broken, and how many were kept.
judged() { # PAGE
    {
        sed -e '/<\/body>/,$d' -e 's/<details/<details open/' "$1"
        printf '<script>\n'
        cat "$axe"
        cat << 'HTML'
</script>
<script>
axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa",
        "wcag22aa", "best-practice"]})
    .then(all => {
        const lines = all.violations.map(v => "found broken " + v.id + ": " +
            v.nodes.length + " times, first " + v.nodes[0].target);
        parent.postMessage("\n" + lines.join("\n") + "\nfound kept " +
            all.passes.length + "\n", "*");
    });
</script>
</body>
</html>
HTML
    } > "$scratch/judged.html"
    echo "$scratch/judged.html"
}

# In the light and in the dark: contrast differs.
for look in '1280 1 light' '400 0 dark'; do
    read -r width scheme name <<< "$look"
    framed "$(judged "$page")" "$width" 900 \
        --blink-settings=preferredColorScheme="$scheme"
    ok "axe-core, $width px, $name: has looked" test "$(found kept)" -gt 20
    is "axe-core, $width px, $name: nothing is broken" "$(found broken)" ''
done
framed "$(judged "$(copy barred 's/aria-label="On [^"]*"//' 's/ lang="en"//' \
    's/--soft: #[0-9a-f]*/--soft: #bbb/' 's/tabindex="0"//' 's/<main>//')")" \
    1280 900 --blink-settings=preferredColorScheme=1
for rule in svg-img-alt html-has-lang color-contrast landmark-one-main \
    scrollable-region-focusable; do
    like "axe-core sees: $rule" "$(found broken)" "$rule: "
done

finish
