using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Planner.Physical;

/// <summary>Where an operator of windows leaves the rows that come too late, if a table below it wants them kept.</summary>
/// <param name="Table">The table whose option says so; of several the first.</param>
/// <param name="Sink">Takes the columns of <see cref="Columns"/>.</param>
public sealed record LateRows(string Table, ISink Sink)
{
    /// <summary>What is written about a row that came too late: the table, why, and the columns that the operator reads.</summary>
    public static Schema Columns(PhysicalNode window, int input = 0)
    {
        var fields = new List<Field> { new("source", SqlType.String), new("error", SqlType.String) };
        foreach (var field in window.Children[input].Schema.Fields)
        {
            var name = field.Name;
            for (var number = 2; fields.Exists(other => other.Name == name); number++)
                name = $"{field.Name}_{number}";
            fields.Add(field with { Name = name });
        }
        return new Schema([.. fields]);
    }

    /// <summary>The late rows of an input of an operator, or null if they are dropped. What an aggregation below gives is no row of a table; what sessions, joins and Top-N of windows and the clock give is never late.</summary>
    public static LateRows? Of(PhysicalNode window, int input = 0) =>
        window is PhysicalWindowAggregate or PhysicalSessionTable or PhysicalWindowJoin or PhysicalTopN { Window: not null } && Scan(window.Children[input]) is { } scan
        ? new LateRows(scan.TableName, scan.Source.CreateLateSink(Columns(window, input)))
        : null;

    /// <summary>True if late rows are kept.</summary>
    public static bool AreKept(PhysicalWindowAggregate window) => AreKept(window.Input);

    /// <summary>True if the late rows of a window aggregation over an input are kept.</summary>
    public static bool AreKept(PhysicalNode input) => Scan(input) is not null;

    static PhysicalScan? Scan(PhysicalNode node) => node switch
    {
        PhysicalScan scan => scan.Source.KeepsLateRows ? scan : null,
        PhysicalGroupAggregate or PhysicalWindowAggregate or PhysicalSessionTable or PhysicalWindowJoin or PhysicalTopN { Window: not null } or PhysicalProctimeAssigner => null,
        _ => node.Children.Select(Scan).FirstOrDefault(scan => scan is not null),
    };
}
