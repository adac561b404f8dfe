using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Physical;

/// <summary>Gives every row once, when its session is closed, with window_start, window_end and window_time after its columns.</summary>
/// <remarks>Changelog: rows of a session come in the order in which they came in; +U comes as +I and -U as -D, because the row that takes the place of
/// another may be in another session. A row that is taken away does not make its session shorter. Rows whose session would be closed are late:
/// dropped or kept apart (<see cref="LateRows"/>). The rowtime of the input is none of the output any more: window_time is.</remarks>
/// <param name="Input">Partitioned by the keys; single where there are none.</param>
/// <param name="Window">The sessions.</param>
/// <param name="Keys">Rows that are equal in these columns make sessions of their own; NULLs are equal.</param>
public sealed record PhysicalSessionTable(PhysicalNode Input, SessionSpec Window, ValueList<int> Keys) : PhysicalNode
{
    /// <summary>Table of the open sessions of each key.</summary>
    public const string SessionsTable = "sessions";

    /// <summary>Table of the rows of each session.</summary>
    public const string RowsTable = "rows";

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "SessionTable";

    /// <inheritdoc/>
    public override StateDescription State => new(
        $"{SessionsTable} v1 ({Columns(Keys)}) -> list of (start TIMESTAMP(6), end TIMESTAMP(6), id BIGINT); {SessionTimers.Layout(Input, Keys)}; "
            + $"{RowsTable} v1 ({string.Join(", ", Keys.Select(key => Input.Schema[key].ToDefinition()).Append("id BIGINT"))}) -> ({Columns([.. Enumerable.Range(0, Input.Schema.Count)])})",
        "grows with: rows of open sessions");

    /// <summary>The columns after those of the input.</summary>
    public ValueList<WindowProperty> Properties => WindowColumns.Properties(Input.Schema[Window.TimeColumn].Type);

    /// <summary>What a column tells of the session, or null.</summary>
    public WindowProperty? PropertyOf(int column) =>
        column < Input.Schema.Count ? null : Properties[column - Input.Schema.Count];

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        writer.Value(Window.Describe(Input.Schema));
        writer.List("key", Keys.Select(key => Input.Schema[key].Name));
        if (LateRows.AreKept(Input))
            writer.Field("late", "dead-letter");
    }

    string Columns(ValueList<int> columns) => string.Join(", ", columns.Select(column => Input.Schema[column].ToDefinition()));
}
