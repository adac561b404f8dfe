# The commands of the README. Each installs or builds what it needs.
CONFIGURATION ?= Release
OUT := artifacts/sqlstream

.PHONY: build demo test test-long bench grammar format clean

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

bench: build
	dotnet run --project bench/Kernel -c Release --nologo -- $(BENCH)

grammar:
	eng/generate-parser.sh

format:
	dotnet format SqlStream.sln

clean:
	rm -rf artifacts
