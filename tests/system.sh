#!/usr/bin/env bash
# Makes sure of what the tests need and pip cannot bring. Silent and without a network when all is there.
set -euo pipefail

packages=(libreoffice-calc fonts-noto-cjk python3-uno poppler-utils)

present() {
    local office fonts
    office=$(command -v soffice) &&
        [ -e "$(dirname "$(readlink -f "$office")")/scalc" ] &&
        /usr/bin/python3 -I -c 'import uno' 2>/dev/null &&
        command -v pdftoppm >/dev/null &&
        fonts=$(fc-list :lang=zh-cn family) && [ -n "$fonts" ]
}

present && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests need LibreOffice, a Chinese font, python3-uno and pdftoppm. On Debian or Ubuntu:" >&2
    echo "sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages[*]}" >&2
    exit 1
fi

echo "Installing ${packages[*]} …" >&2
export DEBIAN_FRONTEND=noninteractive
{
    apt-get update -qq
    apt-get install -qq -y --no-install-recommends "${packages[@]}" >/dev/null
} 2>&1 | sed -E 's|[a-z+]+://[^ ]*|…|g' >&2
present || { echo "Still missing after installing: ${packages[*]}" >&2; exit 1; }
