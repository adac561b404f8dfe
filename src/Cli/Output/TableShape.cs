namespace SqlStream.Cli.Output;

/// <summary>How much of a result a box shows.</summary>
sealed record TableShape
{
    /// <summary>What a file or another program gets.</summary>
    public static TableShape Default { get; } = new();

    /// <summary>Rows at the most; 0 for all.</summary>
    public int RowsMax { get; init; } = 10_000;

    /// <summary>Of a long result the last rows are shown too.</summary>
    public bool ShowsBothEnds { get; init; }

    /// <summary>Columns of the terminal that a cell takes at the most; 0 for any number.</summary>
    public int CellWidthMax { get; init; } = 60;

    /// <summary>Columns of the terminal that there are; 0 for any number.</summary>
    public int WidthMax { get; init; }

    /// <summary>What stands for NULL.</summary>
    public string NullText { get; init; } = "NULL";

    /// <summary>What to do to see all rows.</summary>
    public string RowsHint { get; init; } = "--output csv or ndjson gives all";

    /// <summary>What to do to see all columns.</summary>
    public string ColumnsHint { get; init; } = "--output csv or ndjson gives all";

    /// <summary>Rows that are kept of the beginning.</summary>
    public int FirstMax => RowsMax == 0 ? int.MaxValue : ShowsBothEnds ? (RowsMax + 1) / 2 : RowsMax;

    /// <summary>Rows that are kept of the end.</summary>
    public int LastMax => RowsMax == 0 || !ShowsBothEnds ? 0 : RowsMax / 2;
}
