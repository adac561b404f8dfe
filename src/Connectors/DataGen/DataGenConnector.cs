using SqlStream.Core.Connect;

namespace SqlStream.Connectors.DataGen;

/// <summary>Connector <c>datagen</c>: made-up rows, each a pure function of the seed and its number.</summary>
sealed class DataGenConnector : IConnector
{
    const long RowsPerSecondDefault = 10_000;
    const string FieldsPrefix = "fields.";

    public string Name => "datagen";

    public IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new("rows-per-second", "10000",
            "Rows a second of all subtasks together; a very large number means as fast as possible."),
        new("number-of-rows", null,
            "The scan ends after that many rows; without it, with the shortest sequence or never."),
        new("scan.parallelism", null, "Parallelism of the scan. Not supported."),
        new("seed", "0", "Other seeds give other rows."),
        new("fields.#.kind", "random", "How the values of a column are made.", ["random", "sequence"]),
        new("fields.#.min", null,
            "Least random number; by default the least of the type, 0 for FLOAT, DOUBLE and DECIMAL."),
        new("fields.#.max", null, "Greatest random number; by default the greatest of the type."),
        new("fields.#.max-past", "0", "A timestamp lies up to that long before the time at which its row is due."),
        new("fields.#.length", "100", "Length of random strings (100), and number of elements of ARRAY, MAP and MULTISET (3)."),
        new("fields.#.var-len", "false", "Random strings have any length from 1 to 'length'.", ["true", "false"]),
        new("fields.#.start", null, "First number of a sequence."),
        new("fields.#.end", null, "Last number of a sequence."),
        new("fields.#.null-rate", "0", "Share of NULLs, from 0 to 1."),
    ];

    public bool UsesFormat => false;

    public ISource CreateSource(ConnectorTable table, IFormatCatalog formats)
    {
        ConnectorOptions.EnsureKnown(table, this);
        var options = table.Options;
        if (options.Find("scan.parallelism") is { } parallelism)
            throw ConnectorErrors.OptionNotSupported(parallelism, "Use SET 'parallelism.default' = '...'.");
        EnsureColumns(table);
        var seed = options.Integer("seed", 0);
        var columns = Enumerable.Range(0, table.Schema.Count)
            .Select(column => ColumnGenerators.Create(table, column, seed))
            .ToList();
        long? rows = options.Find("number-of-rows") is null ? null : options.Integer("number-of-rows", 0, 0);
        foreach (var column in columns)
        {
            if (column.Rows < (rows ?? long.MaxValue))
                rows = column.Rows;
        }
        return new DataGenSource(table.Schema, [.. columns.Select(column => column.Generator)],
            options.Integer("rows-per-second", RowsPerSecondDefault, 1), rows);
    }

    public ISink? CreateSink(ConnectorTable table, IFormatCatalog formats) => null;

    static void EnsureColumns(ConnectorTable table)
    {
        foreach (var option in table.Options.Options)
        {
            if (!option.Key.StartsWith(FieldsPrefix, StringComparison.Ordinal))
                continue;
            var column = option.Key[FieldsPrefix.Length..option.Key.LastIndexOf('.')];
            // What follows the name of a column names a part of it.
            if (!table.Schema.Fields.Any(field => column == field.Name || column.StartsWith(field.Name + ".", StringComparison.Ordinal)))
                throw ConnectorErrors.ColumnOfOption(option, column, table);
        }
    }
}
