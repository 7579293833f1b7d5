#!/usr/bin/env bash
# origin.sh - the origin server as a shell and curl see it.
# SPDX-License-Identifier: MIT
#
# Looks at the command line, the pictures, the statistics, the shares of
# failing answers against what was foretold, and who can reach it. The Check
# suite of the same name has the control socket and odd clients.
set -u
# shellcheck source=bench/tests/tap.inc
. "$(dirname "$0")/tap.inc"

origin=$BUILD/origin
if [ ! -x "$origin" ]; then
    skip "the origin server" "not built here"
    finish
fi

server=''
# Ends the server, if one runs; its statistics are in `stats`.
stop() {
    [ -n "$server" ] || return 0
    kill "$server" 2> "$scratch/kill"
    wait "$server"
    status=$?
    server=''
    stats=$(tail -n +2 "$scratch/origin")
}
trap 'stop; rm -rf "$scratch"' EXIT

# Starts a server; its address is in `url`, its port in `port`.
start() { # OPTIONS...
    stop
    # The line of the server before must not be taken for this one's.
    rm -f "$scratch/origin"
    "$origin" "$@" > "$scratch/origin" 2> "$scratch/err" &
    server=$!
    url=''
    for _ in $(seq 300); do
        url=$(sed -n 's|^origin: \(http://127.0.0.1:[0-9]*\)/$|\1|p' \
            "$scratch/origin" 2> "$scratch/sed")
        [ -z "$url" ] || break
        kill -0 "$server" 2> "$scratch/kill" || break
        sleep 0.1
    done
    port=${url##*:}
}

# At most half a minute: what hangs has failed.
get() { # CURL'S ARGUMENTS...
    curl -sS -m 30 "$@" 2> "$scratch/curl"
}

# ------------------------------------------------------------ command line

status=0
"$origin" --help > "$scratch/help" 2>&1 || status=$?
is "--help: status" "$status" 0
like "--help: usage first" "$(head -n 1 "$scratch/help")" '^Usage: origin '
is "--help fits a terminal" "$(grep -c '.\{81,\}' "$scratch/help")" 0

refused() { # ARGUMENTS...
    status=0
    timeout 10 "$origin" "$@" > "$scratch/out" 2> "$scratch/err" || status=$?
    is "refused: $*" \
        "$status $(wc -c < "$scratch/out") $(grep -c '^origin: .' \
            "$scratch/err") $(wc -l < "$scratch/err")" '2 0 1 1'
}
refused extra
refused --nope
refused -x
refused --port
refused --port 65536
refused --port -1
refused --size 0
refused --size 256 # no flag is so small
refused --size 99999999
refused --latency 5
refused --latency -1ms
refused --p99 1ms
refused --latency 0 --p99 1ms
refused --photos 9
for share in missing unavailable stall malformed endless cut; do
    for value in '' -1 101 100.1 1. .5 1.55 1,5 x; do
        refused "--$share" "$value"
    done
done
refused --missing 60 --cut 40.1

# ---------------------------------------------------------------- pictures

start --latency 0
like "says where it is" "$url" '^http://127\.0\.0\.1:[1-9][0-9]*$'
codes='cn in us id br pk ng bd ru jp mx ph vn et eg de ir tr cd fr'
flags=$(get "$url/" | grep -o '/flags/[a-z]*\.png' | sort)
is "the page shows twenty flags" "$flags" \
    "$(for code in $codes; do echo "/flags/$code.png"; done | sort)"

mkdir "$scratch/flags"
for code in $codes; do
    get -o "$scratch/flags/$code.png" "$url/flags/$code.png"
done

# The chunks of a PNG, and whether the check sum of each is right: gzip ends
# its output with the same sum, low byte first.
chunks() { # FILE
    local hex at=16 bytes sum
    hex=$(od -An -v -tx1 "$1" | tr -d ' \n')
    [ "${hex:0:16}" = 89504e470d0a1a0a ] || echo "no PNG"
    while [ "$at" -lt "${#hex}" ]; do
        bytes=$((16#${hex:at:8}))
        sum=$(tail -c +$((at / 2 + 5)) "$1" | head -c $((bytes + 4)) | gzip |
            tail -c 8 | head -c 4 | od -An -v -tx4 --endian=little |
            tr -d ' ')
        [ "$sum" = "${hex:at+2*bytes+16:8}" ] || echo "wrong sum at $at"
        tail -c +$((at / 2 + 5)) "$1" | head -c 4
        echo
        at=$((at + 2 * bytes + 24))
    done
    [ "$at" -eq "${#hex}" ] || echo "cut off"
}
for code in $codes; do
    is "$code.png is a PNG of 8192 bytes" \
        "$(wc -c < "$scratch/flags/$code.png") $(chunks \
            "$scratch/flags/$code.png" | grep -v '^pHYs$' | uniq |
            paste -sd ' ')" \
        '8192 IHDR IDAT paDd IEND'
done
get -o "$scratch/0.jpg" "$url/photos/0.jpg"
is "a photo is a JPEG" "$(head -c 3 "$scratch/0.jpg" | od -An -v -tx1) $(tail \
    -c 2 "$scratch/0.jpg" | od -An -v -tx1)" ' ff d8 ff  ff d9'

sums() {
    for path in flags/cn.png flags/fr.png photos/0.jpg photos/7.jpg; do
        get "$url/$path" | cksum
    done
}
first=$(sums)
start --latency 0 --seed 1
is "the same seed draws the same" "$(sums)" "$first"
start --latency 0 --seed 2
is "another seed draws others" "$(comm -12 <(sort <<< "$first") \
    <(sums | sort))" ''
start --latency 0 --size 100000
is "flags are as big as asked" "$(get "$url/flags/us.png" | wc -c)" 100000

# ---------------------------------------------------------------- requests

# The status of each answer to what comes on stdin, until the server closes.
raw() {
    exec 3<> "/dev/tcp/127.0.0.1/$port"
    cat >&3
    timeout 30 cat <&3 | LC_ALL=C grep -ao 'HTTP/1\.1 [0-9]*' |
        cut -d ' ' -f 2 | paste -sd ' '
    exec 3>&-
}

# A request whose line and headers are so many bytes.
header() { # BYTES
    printf 'GET /flags/cn.png HTTP/1.1\r\nX: %0*d\r\n\r\n' $(($1 - 35)) 0
}

is "a header may have 8192 bytes, each one" \
    "$({ header 8192; header 8192; header 8193; } | raw)" '200 200 431'
is "so it may in pieces" "$({ header 8193 | head -c 8000; sleep 0.1
    header 8193 | tail -c 193; } | raw)" 431
is "lines that follow a body have an end, too" \
    "$({ printf 'PUT /upload/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n'
        printf '1\r\na\r\n0\r\n'
        printf 'X: %s\r\n' $(seq 10000); } | raw)" 431

# Requests for some target, and what each is answered with.
while read -r method target wanted; do
    is "$method $target: $wanted" "$(printf '%s %s HTTP/1.1\r\n%s\r\n\r\n' \
        "$method" "$target" 'Connection: close' | raw)" "$wanted"
done << END
GET http://o/flags/cn.png?item=1 200
GET HTTP://o:80/flags/cn.png 200
GET http://o 400
GET http://o?item=/1 400
GET ?item=1 400
GET * 404
OPTIONS * 405
CONNECT o:80 400
FROB * 501
END
is "a coding that is not known: 400" "$(printf 'PUT /upload/a HTTP/1.1\r\n%s' \
    $'Transfer-Encoding: gzip\r\n\r\na' | raw)" 400
is "HTTP/1.0 gets one answer" \
    "$(printf 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n%s' \
        $'GET / HTTP/1.1\r\n\r\n' | raw)" 200
is "so does who asks for another protocol" \
    "$(printf 'GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: %s' \
        $'h2c\r\n\r\nGET / HTTP/1.1\r\n\r\n' | raw)" 200

# -------------------------------------------------------------- statistics

start --latency 0
get -o "$scratch/body" "$url/flags/{1,2,3,cn,in,us,fr}.png"
printf abc | get -T - "$url/upload/a" > "$scratch/receipt"
is "an upload's receipt has size and hash" "$(cat "$scratch/receipt")" \
    '3 44bc2cf5ad770999'
head -c 16777216 /dev/zero > "$scratch/most"
is "16 MiB may be uploaded" \
    "$(get -o "$scratch/receipt" -w '%{http_code}' -T "$scratch/most" \
        "$url/upload/most")" 201
is "in one piece or many" "$(get -X POST -H 'Transfer-Encoding: chunked' \
    --data-binary "@$scratch/most" "$url/upload/x")" "$(cat "$scratch/receipt")"
for form in Content-Length Transfer-Encoding; do
    extra=()
    [ $form = Content-Length ] || extra=(-H 'Transfer-Encoding: chunked')
    echo x | cat "$scratch/most" - > "$scratch/more"
    is "one byte more may not ($form)" "$(get -o "$scratch/body" \
        -w '%{http_code}' "${extra[@]}" -T "$scratch/more" "$url/upload/x")" 413
done
is "GET /stats counts" "$(get "$url/stats" | jq -c '[.requests, .ok, .missing,
    .refused, .uploads, .upload_bytes, .peak_requests]')" \
    '[10,7,3,2,3,33554435,1]'

printed=$(get "$url/stats" | jq -c 'del(.cpu_ns, .bytes_sent, .connections,
    .open_connections)')
stop
is "SIGTERM: status" "$status" 0
is "SIGTERM: the same statistics are printed" "$(jq -c 'del(.cpu_ns,
    .bytes_sent, .connections, .open_connections)' <<< "$stats")" "$printed"
start --latency 0
kill -INT "$server"
wait "$server"
is "SIGINT: status" "$?" 0
server=''

# ------------------------------------------------------------------- fates

options=(--seed 7 --latency 3ms --p99 15ms --missing 10 --unavailable 20.5)
"$origin" "${options[@]}" --fates 200 > "$scratch/fates"
start "${options[@]}"
for attempt in 0 1 2; do
    get -o "$scratch/body" -w '%{http_code}\n' \
        "$url/flags/cn.png?item=[0-199]&attempt=$attempt" |
        sed 's/200/ok/; s/404/missing/; s/503/unavailable/' > "$scratch/codes"
    is "200 items meet the fates foretold, attempt $attempt" \
        "$(cksum < "$scratch/codes")" \
        "$(cut -d ' ' -f $((attempt + 2)) "$scratch/fates" | cksum)"
done
is "those without a number are counted from 0" "$(get -o "$scratch/body" \
    -w '%{http_code}\n' "$url/flags/{cn,in,us,id,br,pk,ng,bd,ru,jp}.png" |
    sed 's/200/ok/; s/404/missing/; s/503/unavailable/' | paste -sd ' ')" \
    "$(head -n 10 "$scratch/fates" | cut -d ' ' -f 2 | paste -sd ' ')"
get -o "$scratch/body" -w '%{time_starttransfer}\n' \
    "$url/flags/cn.png?attempt=0&item=[0-49]" > "$scratch/times"
is "no answer comes before its time" "$(paste -d ' ' "$scratch/times" \
    "$scratch/fates" | head -n 50 |
    awk '$1 * 1e9 < $NF - 1000 { print }')" ''
start --latency 150ms
is "a fixed latency is kept" "$(get -o "$scratch/body" \
    -w '%{time_starttransfer}\n' "$url/flags/{cn,in,us}.png" |
    awk '$1 < 0.15 { print }')" ''

# --------------------------------------------------------- who can reach it

is "other addresses of this machine do not answer" \
    "$(curl -s -m 5 "http://127.0.0.2:$port/" > "$scratch/body"; echo $?)" 7
status=0
timeout 10 "$origin" --port "$port" > "$scratch/out" 2> "$scratch/err" ||
    status=$?
is "a port that is taken: one line, status 1" \
    "$status $(cat "$scratch/out" "$scratch/err")" \
    "1 origin: 127.0.0.1:$port: Address already in use"
stop
start --port "$port"
is "a port of one's own choice" "$url" "http://127.0.0.1:$port"

finish
