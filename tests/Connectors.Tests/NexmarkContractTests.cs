using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Tests;

public sealed class NexmarkContractTests : ConnectorContract
{
    static readonly (string, string)[] _options = [("connector", "nexmark"), ("events.num", "120"), ("base-time", "2026-01-01")];

    protected override ConnectorTable SourceTable => Table.Of(NexmarkTests.Schema, _options);

    protected override ConnectorTable WithOption(string key, string value) => Table.Of(NexmarkTests.Schema, [.. _options, (key, value)]);
}
