using SqlStream.Core.Types;

namespace SqlStream.Core.Connect;

/// <summary>What a connector gets to know of a table.</summary>
/// <param name="Name">The qualified name.</param>
/// <param name="Schema">The physical columns, in order: what the outside holds.</param>
/// <param name="PrimaryKey">Positions of the key columns in <paramref name="Schema"/>; empty if there is no key.</param>
/// <param name="PartitionKeys">Names of the PARTITIONED BY columns.</param>
/// <param name="Options">The WITH clause.</param>
public sealed record ConnectorTable(string Name, Schema Schema, ValueList<int> PrimaryKey, ValueList<string> PartitionKeys, TableOptions Options);

/// <summary>A kind of outside system. Plan time only: it checks options and makes sources and sinks.</summary>
public interface IConnector
{
    /// <summary>The value of <c>'connector'</c>.</summary>
    string Name { get; }

    /// <summary>Every option it knows, without those of its formats.</summary>
    IReadOnlyList<OptionDefinition> Options { get; }

    /// <summary>True if tables of it take a <c>'format'</c>.</summary>
    bool UsesFormat { get; }

    /// <summary>The source of a table, or null if it cannot be read. Checks options and types, touches nothing outside.</summary>
    ISource? CreateSource(ConnectorTable table, IFormatCatalog formats);

    /// <summary>The sink of a table, or null if it cannot be written. Checks options and types, touches nothing outside.</summary>
    ISink? CreateSink(ConnectorTable table, IFormatCatalog formats);
}

/// <summary>Connectors by name.</summary>
public interface IConnectorCatalog
{
    /// <summary>All connectors.</summary>
    IReadOnlyList<IConnector> Connectors { get; }

    /// <summary>All formats.</summary>
    IFormatCatalog Formats { get; }
}

/// <summary>Formats by name.</summary>
public interface IFormatCatalog
{
    /// <summary>All formats.</summary>
    IReadOnlyList<IFormat> Formats { get; }
}
