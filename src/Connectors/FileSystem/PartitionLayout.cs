using System.Text;
using System.Text.Unicode;
using SqlStream.Connectors.Formats;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.FileSystem;

/// <summary>How the PARTITIONED BY columns of a table are written as directories and read from them. Immutable.</summary>
/// <remarks>Directories of other writers may name the keys in another order and write values otherwise, as in <c>hour=07</c> for an INT: by
/// value they are the same partition. What is written has the one form of <see cref="Directory"/>.</remarks>
sealed class PartitionLayout
{
    readonly string _table;
    readonly string[] _names;
    readonly byte[][] _prefixes;
    readonly TextType[] _types;
    readonly byte[] _defaultName;

    PartitionLayout(ConnectorTable table, string defaultName)
    {
        _table = table.Name;
        _names = [.. table.PartitionKeys];
        Columns = [.. _names.Select(table.Schema.IndexOf)];
        _types = [.. Columns.Select(column => TextType.Of(table.Schema[column].Type))];
        _prefixes = [.. _names.Select(Prefix)];
        _defaultName = Encoding.UTF8.GetBytes(defaultName);
    }

    /// <summary>The layout of a table; null if it is not partitioned. Refuses columns that no directory name can hold.</summary>
    /// <param name="table">The table.</param>
    /// <param name="defaultName">The value that stands for NULL.</param>
    public static PartitionLayout? Of(ConnectorTable table, string defaultName)
    {
        if (table.PartitionKeys.IsEmpty)
            return null;
        foreach (var name in table.PartitionKeys)
        {
            var field = table.Schema[table.Schema.IndexOf(name)];
            if (!IsSupported(field.Type))
                throw ConnectorErrors.PartitionTypeNotSupported(table.Name, field);
        }
        if (table.PartitionKeys.Count == table.StoredColumns)
            throw ConnectorErrors.NothingButPartitions(table.Name);
        return new PartitionLayout(table, defaultName);
    }

    /// <summary>Positions of the keys in the table's schema, in the order of PARTITIONED BY.</summary>
    public IReadOnlyList<int> Columns { get; }

    /// <summary>What the files hold: the table without its partition columns and metadata.</summary>
    /// <param name="table">The table.</param>
    /// <param name="keys">Positions of the partition columns.</param>
    public static ConnectorTable Stored(ConnectorTable table, IReadOnlyList<int> keys)
    {
        if (keys.Count == 0 && table.MetadataKeys.IsEmpty)
            return table;
        int[] kept = [.. Enumerable.Range(0, table.StoredColumns).Where(column => !keys.Contains(column))];
        return table with
        {
            Schema = new Schema([.. kept.Select(column => table.Schema[column])]),
            PrimaryKey = [.. table.PrimaryKey.Select(column => Array.IndexOf(kept, column)).Where(column => column >= 0)],
            PartitionKeys = [],
            MetadataKeys = [],
        };
    }

    /// <summary>Appends the directory of a row, as in <c>day=2026-01-01/hour=7</c>.</summary>
    public void Append(RowText target, Batch batch, int row)
    {
        for (var i = 0; i < _types.Length; i++)
            Append(target, i, batch[Columns[i]], row);
    }

    /// <summary>The directory of a partition.</summary>
    /// <param name="values">Plan values of the keys.</param>
    public string Directory(IReadOnlyList<object?> values)
    {
        var pool = new ColumnPool();
        var text = new RowText();
        for (var i = 0; i < _types.Length; i++)
        {
            var column = ColumnFactory.Constant(_types[i].Type, values[i], 1, pool);
            Append(text, i, column, 0);
            column.Release();
        }
        return Encoding.UTF8.GetString(text.Written);
    }

    /// <summary>The plan values of the keys that a path says, in the order of PARTITIONED BY.</summary>
    /// <param name="path">Directories and file name, below the table's path.</param>
    public object?[] ValuesOf(string path)
    {
        var values = new object?[_names.Length];
        var found = new bool[_names.Length];
        var directories = path.Split('/');
        foreach (var directory in directories.Take(directories.Length - 1))
        {
            if (!PartitionNames.TrySplit(directory, out var key, out var text) || Array.IndexOf(_names, key) is not (>= 0 and var index) || found[index])
                continue;
            values[index] = Parse(path, index, text);
            found[index] = true;
        }
        var missing = Array.IndexOf(found, false);
        return missing < 0 ? values : throw FileErrors.OutsidePartitions(_table, path, _names[missing]);
    }

    /// <summary>The plan values of the keys, or null for a path that lies in no partition.</summary>
    public object?[]? TryValuesOf(string path)
    {
        try
        {
            return ValuesOf(path);
        }
        catch (SqlException)
        {
            return null;
        }
    }

    static bool IsSupported(SqlType type) => !type.IsNested && !type.IsBinary && TextType.Supports(type)
        && TextType.Of(type).Kind is not (TextKind.IntervalMonths or TextKind.IntervalMillis);

    static byte[] Prefix(string name, int index)
    {
        var text = new RowText();
        if (index > 0)
            text.Append((byte)'/');
        PartitionNames.AppendKey(text, Encoding.UTF8.GetBytes(name));
        text.Append((byte)'=');
        return text.Written.ToArray();
    }

    void Append(RowText target, int index, Column column, int row)
    {
        ref readonly var type = ref _types[index];
        target.Append(_prefixes[index]);
        var start = target.Length;
        if (column.IsNull(row))
        {
            PartitionNames.Append(target, _defaultName);
        }
        else if (type.Kind == TextKind.Characters)
        {
            AppendCharacters(target, index, ((BytesColumn)column)[row]);
        }
        else
        {
            AppendScalar(target, type, column, row);
        }
        if (target.Length - start + _prefixes[index].Length > PartitionNames.BytesMax)
            throw FileErrors.PartitionNameTooLong(_table, _names[index], TextValues.Excerpt(target.Written[start..]));
    }

    // An empty string has no directory of its own.
    void AppendCharacters(RowText target, int index, ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty)
            PartitionNames.Append(target, text);
        else if (_types[index].Type.IsNullable)
            PartitionNames.Append(target, _defaultName);
        else
            throw FileErrors.EmptyPartitionValue(_table, _names[index]);
    }

    static void AppendScalar(RowText target, in TextType type, Column column, int row)
    {
        var start = target.Length;
        target.AppendValue(type, column, row, (byte)' ');
        var written = target.Written[start..];
        if (written.IndexOf((byte)':') < 0)
            return;
        Span<byte> copy = stackalloc byte[TimeText.LengthMax + 1];
        written.CopyTo(copy);
        var length = written.Length;
        target.Length = start;
        PartitionNames.Append(target, copy[..length]);
    }

    object? Parse(string path, int index, byte[] text)
    {
        ref readonly var type = ref _types[index];
        if (text.AsSpan().SequenceEqual(_defaultName))
            return type.Type.IsNullable ? null : throw FileErrors.NullPartition(_table, path, _names[index]);
        var pool = new ColumnPool();
        using var builder = ColumnBuilder.Create(type.Type, pool);
        var separator = text.Contains((byte)'T') ? (byte)'T' : (byte)' ';
        if (!Utf8.IsValid(text) || !TextValues.TryAppend(type, builder, text, separator))
            throw FileErrors.PartitionValue(_table, path, TextValues.Complaint(_names[index], type, text));
        var column = builder.Build();
        var value = PlanValue.Read(column, 0);
        column.Release();
        return value;
    }
}
