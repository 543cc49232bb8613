#!/bin/sh
# SPDX-License-Identifier: MIT
# sh config/quickstart.sh [--domain HOST] [--data DIR] [--port N] [--admin-port N] [--public-port N]
# From a fresh checkout to a running server: installs what is missing, builds, makes a data folder with one key
# (first run only), starts the server in the background and says what to do next. Run again, it says it again.
#   --domain HOST     the host of your short links, like go.example.com (first run only)
#   --data DIR        the data folder; linkpond-data beside the sources unless told
#   --port N          visitors' redirects, on 127.0.0.1 (8080)
#   --admin-port N    web pages and API, on 127.0.0.1 (8081)
#   --public-port N   visitors' slower pages, on 127.0.0.1 (8082)
set -eu

start_seconds_max=60
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
domain=
data=$root/linkpond-data
port=8080
admin_port=8081
public_port=8082

again=

usage() {
    sed -n '3,11s/^# \{0,1\}//p' "$0"
}

fail() {
    echo "quickstart: $1" >&2
    exit 1
}

# A path as one shell word, so that every printed command can be pasted.
quoted() {
    case $1 in
    *[!A-Za-z0-9/._+:@%-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
    *) printf '%s' "$1" ;;
    esac
}

while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit 0 ;;
    --domain | --data | --port | --admin-port | --public-port)
        [ -n "${2:-}" ] || { usage >&2; exit 2; }
        [ "$1" = --domain ] || again="$again $1 $(quoted "$2")"
        case $1 in
        --domain) domain=$2 ;;
        --data) data=$2 ;;
        --port) port=$2 ;;
        --admin-port) admin_port=$2 ;;
        --public-port) public_port=$2 ;;
        esac
        shift 2
        ;;
    *) usage >&2; exit 2 ;;
    esac
done

# say ZH EN
say() {
    printf '\n%s\n%s\n' "$1" "$2"
}

# field NAME: a text or number of listen.json
field() {
    sed -n "s/.*\"$1\"[[:space:]]*:[[:space:]]*\"\{0,1\}\([^\",}[:space:]]*\).*/\1/p" "$data/listen.json" 2>/dev/null | head -n 1
}

# Does the server that wrote listen.json live and answer? A file left by a dead one counts for nothing.
is_ready() {
    pid=$(field pid)
    admin=$(field admin)
    [ -n "$pid" ] && [ -n "$admin" ] && [ -d "/proc/$pid" ] &&
        curl -fsS --noproxy '*' -m 5 -o /dev/null "$admin/readyz" 2>/dev/null
}

sh "$root/config/install-packages.sh" build runtime
mkdir -p "$root/build" || fail "build/ cannot be made by $(id -un)"
log=$root/build/quickstart.log
echo "正在编译… Building… (build/quickstart.log)"
sh "$root/config/build.sh" release >"$log" 2>&1 || { tail -n 40 "$log" >&2; fail "the build failed"; }
bin=$root/build/release/linkpond

umask 077
mkdir -p -- "$data" || fail "cannot make the data folder $data"
data=$(CDPATH='' cd -- "$data" && pwd -P)

key= sign_in=
if [ -z "$(ls -A -- "$data")" ]; then
    # Without a domain of your own the short links lead to this machine, to the port visitors are served on.
    made=$("$bin" --data "$data" init --domain "${domain:-localhost:$port}") || fail "init failed"
    key=$(printf '%s\n' "$made" | tail -n 1)
    case $key in lp_*) ;; *) fail "init printed no key" ;; esac
elif [ -n "$domain" ]; then
    echo "数据目录已存在，忽略 --domain。 The data folder exists; --domain is for the first run only."
fi

if is_ready; then
    case $(readlink "/proc/$pid/exe" 2>/dev/null) in
    *' (deleted)') echo "正在运行的是旧版本，先 kill $pid 再运行一次。 An older build is running: kill $pid, then run this again." ;;
    esac
else
    # The first start says how to set a password: that is for the person here, not for a log.
    nohup "$bin" --data "$data" serve --listen "127.0.0.1:$port" --admin-listen "127.0.0.1:$admin_port" \
        --public-listen "127.0.0.1:$public_port" >"$data/said" 2>>"$data/linkpond.log" </dev/null &
    server=$!
    deadline=$(($(date +%s) + start_seconds_max))
    until [ "$(field pid)" = "$server" ] && is_ready; do
        if ! kill -0 "$server" 2>/dev/null || [ "$(date +%s)" -gt "$deadline" ]; then
            kill "$server" 2>/dev/null || :
            tail -n 20 "$data/linkpond.log" >&2
            [ -z "$key" ] || echo "Your key, shown once: $key" >&2
            fail "the server did not start; is a port taken? try --port, --admin-port, --public-port (log: $data/linkpond.log)"
        fi
        sleep 0.2
    done
    tries=25
    while [ -n "$key" ] && [ -z "$sign_in" ] && [ "$tries" -gt 0 ]; do # said a moment after the listeners answer
        sign_in=$(grep -m 1 '/desk/accept#' "$data/said") || sleep 0.2
        tries=$((tries - 1))
    done
fi
rm -f -- "$data/said"

lp="$(quoted "$bin") --data $(quoted "$data")"
admin_port=${admin##*:}

printf '\n链塘已运行  Linkpond is running  (pid %s)\n' "$pid"

if [ -n "$sign_in" ]; then
    say '在浏览器打开，设置登录密码（7 天内有效，只能用一次）：' 'Open this in a browser and set a password (once, within 7 days):'
    echo "  $sign_in"
    say '以后从这里登录，登录名 admin，用密钥也可以：' 'From then on sign in here, as admin, or with your key:'
else
    say '在浏览器打开管理页，用密码或密钥登录：' 'Open the desk in a browser and sign in with your password or key:'
fi
echo "  $admin/"

if [ -n "$key" ]; then
    say '你的管理密钥，只显示这一次：' 'Your admin key, shown this once:'
    echo "  KEY=$key"
else
    say '密钥只在创建时显示过一次；需要新的：' 'Keys are shown once, when made; for a new one:'
    echo "  $lp key create"
    echo "  KEY=lp_…"
fi

say '建一条短链：' 'Create a link:'
echo "  curl -H \"Authorization: Bearer \$KEY\" -H 'Content-Type: application/json' \\"
echo "    -d '{\"url\": \"https://example.com/\", \"alias\": \"hello\", \"utm_source\": \"wechat\"}' $admin/api/v1/links"

say '像微信群成员那样点开它：' 'Open it as a member of a WeChat group would:'
echo "  $lp try hello --as wechat-group"

say '看数据：' 'Read the numbers:'
echo "  curl -H \"Authorization: Bearer \$KEY\" '$admin/api/v1/stats?period=7d&group_by=source'"

say '服务器在别处？在自己的电脑上运行，再打开上面的管理页：' 'Server elsewhere? Run this on your own computer, then open the desk as above:'
echo "  ssh -L $admin_port:127.0.0.1:$admin_port USER@SERVER"

say '停止 / 再次启动：' 'Stop / start again:'
echo "  kill $pid"
echo "  sh $(quoted "$root/config/quickstart.sh")$again"
