using SqlStream.Core.Files;
using SqlStream.Core.Types;

namespace SqlStream.Core.Connect;

/// <summary>What a connector gets to know of a table.</summary>
/// <param name="Name">The qualified name.</param>
/// <param name="Schema">The physical columns, in order: what the outside holds.</param>
/// <param name="PrimaryKey">Positions of the key columns in <paramref name="Schema"/>; empty if there is no key.</param>
/// <param name="PartitionKeys">Names of the PARTITIONED BY columns.</param>
/// <param name="Options">The WITH clause.</param>
public sealed record ConnectorTable(string Name, Schema Schema, ValueList<int> PrimaryKey, ValueList<string> PartitionKeys, TableOptions Options)
{
    /// <summary>What the last columns of <see cref="Schema"/> hold where they are metadata: for each its key, one of
    /// <see cref="IConnector.MetadataOf"/>. The columns have the types that are declared there.</summary>
    public ValueList<string> MetadataKeys { get; init; }

    /// <summary>The directories in which its options may name files; they have been looked at, what is found below them has not.</summary>
    public FileRoots Files { get; init; } = FileRoots.Anywhere;

    /// <summary>How many of the columns are no metadata.</summary>
    public int StoredColumns => Schema.Count - MetadataKeys.Count;
}

/// <summary>Something that a connector knows about each row beside what is in it.</summary>
/// <param name="Key">Its name in METADATA FROM.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsWritable">INSERT may set it.</param>
public sealed record MetadataDefinition(string Key, SqlType Type, bool IsWritable = false);

/// <summary>A kind of outside system. Plan time only: it checks options and makes sources and sinks.</summary>
public interface IConnector
{
    /// <summary>The value of <c>'connector'</c>.</summary>
    string Name { get; }

    /// <summary>Every option it knows, without those of its formats.</summary>
    IReadOnlyList<OptionDefinition> Options { get; }

    /// <summary>True if tables of it take a <c>'format'</c>.</summary>
    bool UsesFormat { get; }

    /// <summary>What METADATA columns may ask for.</summary>
    IReadOnlyList<MetadataDefinition> Metadata => [];

    /// <summary>What METADATA columns of a table with these options may ask for: also what its formats know of each message.</summary>
    IReadOnlyList<MetadataDefinition> MetadataOf(TableOptions options, IFormatCatalog formats) => Metadata;

    /// <summary>Settings of the session that stand in for options which a table leaves out.</summary>
    IReadOnlyList<(string Setting, string Option)> Fallbacks => [];

    /// <summary>True if tables of it may be PARTITIONED BY columns.</summary>
    bool AcceptsPartitions => false;

    /// <summary>The source of a table, or null if it cannot be read. Checks options and types, touches nothing outside.</summary>
    ISource? CreateSource(ConnectorTable table, IFormatCatalog formats);

    /// <summary>The sink of a table, or null if it cannot be written. Checks options and types, touches nothing outside.</summary>
    ISink? CreateSink(ConnectorTable table, IFormatCatalog formats);
}

/// <summary>A connector whose tables hold their rows themselves, so that they follow what happens to the definitions.</summary>
public interface IHoldsRows
{
    /// <summary>The table was dropped or replaced: its rows go.</summary>
    void Drop(ConnectorTable table);

    /// <summary>The table has another name and keeps its rows.</summary>
    void Rename(ConnectorTable table, string name);
}

/// <summary>A connector that keeps the partitions of its tables apart, so that each can be named, made and taken away. May block.</summary>
public interface IHoldsPartitions
{
    /// <summary>The partitions that are there, in the order of their names.</summary>
    IReadOnlyList<TablePartition> Partitions(ConnectorTable table);

    /// <summary>Makes a partition; false if it is there.</summary>
    bool AddPartition(ConnectorTable table, ValueList<object?> values);

    /// <summary>Takes a partition away with all its rows; false if it is not there.</summary>
    bool DropPartition(ConnectorTable table, ValueList<object?> values);
}

/// <summary>A partition of a table.</summary>
/// <param name="Name">As in <c>day=2026-01-01/hour=7</c>.</param>
/// <param name="Values">The values of the PARTITIONED BY columns, in order, as <see cref="Columns.PlanValue"/> represents them.</param>
public sealed record TablePartition(string Name, ValueList<object?> Values);

/// <summary>Connectors by name.</summary>
public interface IConnectorCatalog
{
    /// <summary>All connectors.</summary>
    IReadOnlyList<IConnector> Connectors { get; }

    /// <summary>All formats.</summary>
    IFormatCatalog Formats { get; }

    /// <summary>The kinds of catalogs whose tables are outside.</summary>
    IReadOnlyList<IExternalCatalog> Catalogs => [];

    /// <summary>The directories in which tables may have files.</summary>
    FileRoots Files => FileRoots.Anywhere;
}

/// <summary>Formats by name.</summary>
public interface IFormatCatalog
{
    /// <summary>All formats.</summary>
    IReadOnlyList<IFormat> Formats { get; }
}
