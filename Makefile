# The commands of the README. Each installs or builds what it needs.
CONFIGURATION ?= Release
OUT := artifacts/sqlstream

.PHONY: build demo test test-long bench bench-nexmark bench-nexmark-full grammar format clean

build:
	@eng/deps.sh
	dotnet publish src/Cli/Cli.csproj -c $(CONFIGURATION) -o $(OUT) --nologo -v quiet

demo: build
	$(OUT)/sqlstream demo

test:
	@eng/deps.sh test
	@eng/test.sh

test-long:
	@eng/deps.sh test
	@SQLSTREAM_LONG=1 eng/test.sh

# BENCH=hop for one part alone; all of it ends with Nexmark.
bench: build
	dotnet run --project bench/Kernel -c Release --nologo -- $(BENCH)
ifeq ($(strip $(BENCH)),)
	dotnet run --project bench/Nexmark -c Release --nologo
endif

# NEXMARK="--events 1000000 q0 q15" for fewer events and some queries alone.
bench-nexmark: build
	dotnet run --project bench/Nexmark -c Release --nologo -- $(NEXMARK)

bench-nexmark-full: build
	dotnet run --project bench/Nexmark -c Release --nologo -- --events 100000000 --runs 1 $(NEXMARK)

grammar:
	eng/generate-parser.sh

format:
	dotnet format SqlStream.sln

clean:
	rm -rf artifacts
