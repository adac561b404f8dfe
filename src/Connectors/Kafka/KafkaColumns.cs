using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Kafka;

/// <summary>Which columns of a table are in the key of a record and which in its value, and in which formats.</summary>
/// <param name="Value">The value's columns.</param>
/// <param name="Key">The key's columns; null if the key is not read or written.</param>
/// <param name="KeyIsInValue">The value holds the key's columns too.</param>
sealed record KafkaColumns(KafkaPart Value, KafkaPart? Key, bool KeyIsInValue)
{
    const string ValuePrefix = "value.";

    /// <summary>Reads the options of formats and keys, and checks that no others are there.</summary>
    /// <param name="table">The table.</param>
    /// <param name="connector">Its connector.</param>
    /// <param name="formats">All formats.</param>
    /// <param name="keyColumns">The key, where the primary key says it; null where the options do.</param>
    public static KafkaColumns Read(ConnectorTable table, IConnector connector, IFormatCatalog formats, IReadOnlyList<int>? keyColumns)
    {
        var options = table.Options;
        var plain = options.Find("format", "format.type");
        if (plain is not null && options.Find("value.format") is { } both)
            throw ConnectorErrors.OptionsExclude(both, "format");
        var valueFormat = Format(plain ?? options.Find("value.format") ?? throw ConnectErrors.MissingOption("format"), formats);
        var keyFormat = options.Find("key.format") is { } key ? Format(key, formats) : null;
        var valuePrefix = plain is null ? ValuePrefix : "";
        options.EnsureKnown(
            [
                .. ConnectorOptions.Common, .. ConnectorOptions.FormatOptions, .. connector.Options,
                .. valueFormat.Options.Select(option => option.Under(valuePrefix)), .. keyFormat?.Options.Select(option => option.Under("key.")) ?? [],
            ],
            $"connector '{connector.Name}' with format '{valueFormat.Name}'");
        keyColumns ??= KeyColumns(table, keyFormat is not null);
        var except = options.Choice("value.fields-include", "ALL", "ALL", "EXCEPT_KEY") == "EXCEPT_KEY";
        var prefix = options.Text("key.fields-prefix") ?? "";
        if (prefix.Length > 0)
            CheckPrefix(table, keyColumns, prefix, except);
        int[] valueColumns = [.. Enumerable.Range(0, table.StoredColumns).Where(column => !except || !keyColumns.Contains(column))];
        if (valueColumns.Length == 0)
            throw KafkaErrors.ValueWithoutColumns(table.Name);
        return new KafkaColumns(
            Part(table, valueFormat, valueColumns, "", valuePrefix, isKey: false),
            keyFormat is null || keyColumns.Count == 0 ? null : Part(table, keyFormat, [.. keyColumns], prefix, "key.", isKey: true),
            !except);
    }

    /// <summary>What is known of each record: by Kafka, and, under <c>value.</c>, by the format of its value.</summary>
    public static IReadOnlyList<MetadataDefinition> Metadata(TableOptions options, IFormatCatalog formats)
    {
        var name = options.Text("format", "format.type", "value.format");
        var format = formats.Formats.FirstOrDefault(known => known.Name == name) as IMessageFormat;
        return [.. KafkaMetadata.Definitions, .. (format?.MessageMetadata ?? []).Select(known => known with { Key = ValuePrefix + known.Key })];
    }

    static KafkaPart Part(ConnectorTable table, IMessageFormat format, int[] columns, string namePrefix, string optionPrefix, bool isKey)
    {
        // What the format knows of the value comes behind the value's columns.
        int[] metadata = isKey ? [] : [.. Enumerable.Range(table.StoredColumns, table.MetadataKeys.Count)
            .Where(column => KafkaMetadata.Key(table, column).StartsWith(ValuePrefix, StringComparison.Ordinal))];
        var schema = new Schema([
            .. columns.Select(column => table.Schema[column] with { Name = table.Schema[column].Name[namePrefix.Length..] }),
            .. metadata.Select(column => table.Schema[column])]);
        var options = optionPrefix.Length == 0 ? table.Options : table.Options.Under(optionPrefix);
        var topic = table.Options.Text("topic", "connector.topic");
        var messages = new ConnectorTable(table.Name, schema, [], [], options)
        {
            MetadataKeys = [.. metadata.Select(column => KafkaMetadata.Key(table, column)[ValuePrefix.Length..])],
        };
        return new KafkaPart(format, new MessageTable(messages, topic, isKey), [.. columns, .. metadata]);
    }

    static IReadOnlyList<int> KeyColumns(ConnectorTable table, bool hasFormat)
    {
        var fields = table.Options.Find("key.fields");
        if (fields is null)
            return hasFormat ? throw KafkaErrors.KeyFieldsMissing(table.Options.Find("key.format")!) : [];
        if (!hasFormat)
            throw KafkaErrors.KeyFormatMissing(fields);
        var columns = new List<int>();
        foreach (var name in fields.Value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var column = Enumerable.Range(0, table.StoredColumns).FirstOrDefault(index => table.Schema[index].Name == name, -1);
            if (column < 0)
                throw ConnectorErrors.ColumnOfOption(fields, name, table);
            if (!columns.Contains(column))
                columns.Add(column);
        }
        return columns.Count > 0 ? columns : throw ConnectErrors.InvalidOptionValue(fields, "a list of columns separated by ';'");
    }

    static void CheckPrefix(ConnectorTable table, IReadOnlyList<int> keyColumns, string prefix, bool except)
    {
        var option = table.Options.Find("key.fields-prefix")!;
        if (!except)
            throw KafkaErrors.PrefixNeedsExcept(option);
        foreach (var column in keyColumns)
        {
            if (!table.Schema[column].Name.StartsWith(prefix, StringComparison.Ordinal))
                throw KafkaErrors.KeyColumnWithoutPrefix(option, table.Schema[column].Name, prefix);
        }
    }

    static IMessageFormat Format(TableOption option, IFormatCatalog formats)
    {
        var format = formats.Formats.FirstOrDefault(known => known.Name == option.Value)
            ?? throw ConnectErrors.UnknownName("format", option.Value, option.Span, formats.Formats.Select(known => known.Name));
        return format as IMessageFormat ?? throw KafkaErrors.NoMessageFormat(option.Value, option.Span);
    }
}

/// <summary>The key or the value of a table's records.</summary>
/// <param name="Format">Its format.</param>
/// <param name="Messages">Its columns and options.</param>
/// <param name="Columns">For each of its columns the position in the table's schema.</param>
sealed record KafkaPart(IMessageFormat Format, MessageTable Messages, IReadOnlyList<int> Columns)
{
    /// <summary>A decoder of some columns of the table, and those that it fills, in order.</summary>
    public (IMessageDecoder Decoder, IReadOnlyList<int> Columns) Decoder(IEnumerable<int> tableColumns)
    {
        int[] wanted = [.. tableColumns.Where(Columns.Contains)];
        return (Format.CreateMessageDecoder(Messages, [.. wanted.Select(column => Columns.ToList().IndexOf(column))]), wanted);
    }

    /// <summary>An encoder of rows of the table.</summary>
    public IMessageEncoder Encoder() => Format.CreateMessageEncoder(Messages, Columns);
}
