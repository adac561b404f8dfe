#!/usr/bin/env bash
# Installs what SqlStream needs beside the .NET SDK, with "test" what its tests need too, and says what it does.
# Does nothing where all is there.
set -euo pipefail

need_packages=()
have_library() { ldconfig -p 2>/dev/null | grep -q "$1"; }

have_library 'librocksdb\.so' || need_packages+=(librocksdb7.8)
if [ "${1:-}" = test ]; then
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need_packages+=(postgresql)
fi
[ -e /usr/share/zoneinfo/Europe/Berlin ] || need_packages+=(tzdata)

if [ ${#need_packages[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "deps: please install these Debian packages (or their equals on your system) first: ${need_packages[*]}" >&2
    exit 1
  fi
  echo "deps: installing ${need_packages[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need_packages[@]}" >/dev/null
fi

if ! command -v dotnet >/dev/null; then
  echo "deps: the .NET 10 SDK is missing (https://dotnet.microsoft.com)" >&2
  exit 1
fi
