#!/usr/bin/env bash
# Installs what SqlStream needs beside the .NET SDK, with "test" what its tests need too, and says what it does.
# Does nothing where all is there.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

if ! command -v dotnet >/dev/null; then
  echo "deps: the .NET 10 SDK is missing (https://dotnet.microsoft.com)" >&2
  exit 1
fi

install_packages() {
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "deps: please install these Debian packages (or their equals on your system) first: $*" >&2
    exit 1
  fi
  echo "deps: installing $*"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

need_packages=()
have_library() { ldconfig -p 2>/dev/null | grep "$1" >/dev/null; }

have_library 'librocksdb\.so' || need_packages+=(librocksdb7.8)
if [ "${1:-}" = test ]; then
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need_packages+=(postgresql)
  command -v kcat >/dev/null || need_packages+=(kcat)
  /usr/bin/python3 -c 'import kafka' 2>/dev/null || need_packages+=(python3-kafka)
  /usr/bin/python3 -c 'import avro.io' 2>/dev/null || need_packages+=(python3-avro)
  command -v protoc >/dev/null || need_packages+=(protobuf-compiler)
fi
[ -e /usr/share/zoneinfo/Europe/Berlin ] || need_packages+=(tzdata)
[ ${#need_packages[@]} -eq 0 ] || install_packages "${need_packages[@]}"

# Confluent.Kafka needs the native librdkafka. Where its package cannot be restored, it is built once from the source
# that the npm package of the same maker carries, and left as a package in eng/packages, which nuget.config lists.
rdkafka=2.15.1
carrier=@confluentinc/kafka-javascript@1.10.1
package=librdkafka.redist.$rdkafka.nupkg
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sqlstream

have_rdkafka() {
  [ -e "$root/eng/packages/$package" ] && return 0
  [ -d "${NUGET_PACKAGES:-$HOME/.nuget/packages}/librdkafka.redist/$rdkafka" ] && return 0
  local probe
  probe=$(mktemp -d)
  cat > "$probe/probe.csproj" <<PROBE
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="librdkafka.redist" Version="$rdkafka" /></ItemGroup>
</Project>
PROBE
  cp "$root/nuget.config" "$probe/nuget.config"
  mkdir -p "$probe/eng/packages"
  local found=0
  timeout 120 dotnet restore "$probe" -v quiet >/dev/null 2>&1 || found=1
  rm -rf "$probe"
  return $found
}

build_rdkafka() {
  case $(uname -m) in
    x86_64) rid=linux-x64 ;;
    aarch64) rid=linux-arm64 ;;
    *) echo "deps: librdkafka.redist $rdkafka cannot be restored, and is not built for $(uname -m)" >&2; exit 1 ;;
  esac
  local headers=()
  # Configure leaves out zstd, TLS and SASL without an error where a header is missing.
  [ -e /usr/include/zlib.h ] || headers+=(zlib1g-dev)
  [ -e /usr/include/zstd.h ] || headers+=(libzstd-dev)
  [ -e /usr/include/openssl/ssl.h ] || headers+=(libssl-dev)
  command -v gcc >/dev/null || headers+=(gcc libc6-dev)
  command -v make >/dev/null || headers+=(make)
  command -v npm >/dev/null || headers+=(npm)
  [ ${#headers[@]} -eq 0 ] || install_packages "${headers[@]}"

  echo "deps: librdkafka.redist $rdkafka cannot be restored; building it (about a minute)"
  local work
  work=$(mktemp -d)
  (
    cd "$work"
    npm pack --silent "$carrier" >/dev/null
    tar -xzf ./*.tgz package/deps/librdkafka
    cd package/deps/librdkafka
    ./configure --disable-gssapi --disable-curl --disable-lz4-ext >../setup.log 2>&1 || { tail -20 ../setup.log >&2; exit 1; }
    make -j2 -C src librdkafka.so.1 >../make.log 2>&1 || { tail -20 ../make.log >&2; exit 1; }
    for part in ZSTD SSL SASL_SCRAM; do
      grep -a -q "BUILT_WITH.*$part" config.h || { echo "deps: librdkafka was built without $part" >&2; exit 1; }
    done
    strip --strip-unneeded -o "$work/librdkafka.so" src/librdkafka.so.1
    cat > "$work/pack.csproj" <<PACK
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <PackageId>librdkafka.redist</PackageId>
    <Version>$rdkafka</Version>
    <Description>librdkafka $rdkafka, built here from source</Description>
    <Authors>local</Authors>
    <IncludeBuildOutput>false</IncludeBuildOutput>
    <SuppressDependenciesWhenPacking>true</SuppressDependenciesWhenPacking>
    <EnableDefaultItems>false</EnableDefaultItems>
    <NoWarn>NU5128</NoWarn>
  </PropertyGroup>
  <ItemGroup><None Include="librdkafka.so" Pack="true" PackagePath="runtimes/$rid/native/" /></ItemGroup>
</Project>
PACK
    dotnet pack "$work/pack.csproj" --nologo -v quiet -o "$work/out" >../pack.log 2>&1 || { cat ../pack.log >&2; exit 1; }
  )
  mkdir -p "$cache"
  mv "$work/out/$package" "$cache/$package"
  rm -rf "$work"
}

if ! have_rdkafka; then
  [ -e "$cache/$package" ] || build_rdkafka
  cp "$cache/$package" "$root/eng/packages/$package"
fi

# The program is compiled ahead of time where the compiler for that can be restored: it then starts in half the time.
# src/Cli looks for the file, which names the SDK that was asked.
ahead=$root/eng/packages/ready-to-run
sdk=$(dotnet --version)

have_crossgen() {
  local probe found=0
  probe=$(mktemp -d)
  cat > "$probe/probe.csproj" <<PROBE
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <UseCurrentRuntimeIdentifier>true</UseCurrentRuntimeIdentifier>
    <SelfContained>false</SelfContained>
    <PublishReadyToRun>true</PublishReadyToRun>
  </PropertyGroup>
</Project>
PROBE
  cp "$root/nuget.config" "$probe/nuget.config"
  mkdir -p "$probe/eng/packages"
  timeout 120 dotnet restore "$probe" -v quiet >/dev/null 2>&1 || found=1
  rm -rf "$probe"
  return $found
}

if [ "$(cat "$ahead" 2>/dev/null || cat "$ahead-not" 2>/dev/null)" != "$sdk" ]; then
  rm -f "$ahead" "$ahead-not"
  if have_crossgen; then
    echo "$sdk" > "$ahead"
  else
    echo "deps: the ahead-of-time compiler of SDK $sdk cannot be restored; the program will start more slowly"
    echo "$sdk" > "$ahead-not"
  fi
fi

if [ "${1:-}" = test ] && command -v npm >/dev/null; then
  kafkajs=$root/artifacts/clients/node_modules/kafkajs
  if [ ! -d "$kafkajs" ]; then
    echo "deps: fetching kafkajs, a client of another language that the broker is tested with"
    mkdir -p "$root/artifacts/clients"
    npm install --silent --no-audit --no-fund --prefix "$root/artifacts/clients" kafkajs@2.2.4 >/dev/null
  fi
fi
