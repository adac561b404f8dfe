using SqlStream.Cli.Output;

namespace SqlStream.Cli.Shell;

/// <summary>What the commands of the shell set.</summary>
/// <param name="isScript">Nobody looks: boxes are as wide as they are, and as long as other programs may want.</param>
sealed class ShellSettings(bool isScript = false)
{
    /// <summary>How results are written: one of <see cref="ResultWriters.Names"/>.</summary>
    public string Mode { get; set; } = "table";

    /// <summary>Rows of a box at the most; 0 for all.</summary>
    public int RowsMax { get; set; } = isScript ? TableShape.Default.RowsMax : 40;

    /// <summary>Columns of the terminal that a cell takes at the most; 0 for any number.</summary>
    public int CellWidthMax { get; set; } = 60;

    /// <summary>What stands for NULL in a box.</summary>
    public string NullText { get; set; } = "NULL";

    /// <summary>Each statement is followed by the time that it took.</summary>
    public bool ShowsTime { get; set; }

    /// <summary>Results that do not fit the screen are handed to a program that pages.</summary>
    public bool UsesPager { get; set; }

    /// <summary>The program that pages.</summary>
    public string Pager { get; set; } = Environment.GetEnvironmentVariable("PAGER") is { Length: > 0 } pager ? pager : "less -SRX";

    /// <summary>The box for a terminal of a width; 0 where there is none.</summary>
    public TableShape Shape(int columns) => new()
    {
        RowsMax = RowsMax,
        ShowsBothEnds = !isScript,
        CellWidthMax = CellWidthMax,
        WidthMax = columns,
        NullText = NullText,
        RowsHint = isScript ? TableShape.Default.RowsHint : ".maxrows 0 shows all",
        ColumnsHint = ".mode line shows all",
    };
}
