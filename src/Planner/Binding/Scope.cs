using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Binding;

/// <summary>The names that expressions see: the tables of a FROM clause and their columns.</summary>
/// <param name="Tables">In the order of FROM.</param>
sealed record Scope(ValueList<ScopeTable> Tables)
{
    /// <summary>No tables: SELECT without FROM, VALUES.</summary>
    public static Scope Empty { get; } = new([]);

    /// <summary>The FROM clause was in error: any name may be meant to exist.</summary>
    public static Scope Unknown { get; } = new([]) { IsUnknown = true };

    /// <summary>True if missing names are not to be reported.</summary>
    public bool IsUnknown { get; init; }

    /// <summary>All column names, for hints.</summary>
    public IEnumerable<string> ColumnNames => Tables.SelectMany(table => table.VisibleNames).Distinct();

    /// <summary>What a qualifier that means no table probably meant.</summary>
    public string? TableHint(string name)
    {
        var names = Tables.Select(table => table.Name).Where(known => known.Length > 0).ToList();
        return names.Count == 0
            ? null
            : NearestName.Hint(name, names) ?? $"The FROM clause has {string.Join(", ", names.Select(known => $"\"{known}\""))}.";
    }

    /// <summary>The scope of one table.</summary>
    public static Scope Of(ValueList<string> path, Schema columns) => new([new ScopeTable(path, columns, 0)]);

    /// <summary>The same names, with columns that may be NULL by position.</summary>
    public Scope WithNullable(ISet<int> columns) => this with
    {
        Tables = Tables.Map(table => table with
        {
            Columns = new Schema([.. table.Columns.Fields.Select((field, i) =>
                columns.Contains(table.Offset + i) ? field with { Type = field.Type.WithNullability(true) } : field)]),
        }),
    };

    /// <summary>The names of this scope and of another one behind it.</summary>
    public Scope And(Scope other) => new([.. Tables, .. other.Tables]) { IsUnknown = IsUnknown || other.IsUnknown };

    /// <summary>The same names for columns that stand further behind.</summary>
    public Scope Shifted(int columns) => this with { Tables = Tables.Map(table => table with { Offset = table.Offset + columns }) };

    /// <summary>The same tables, with columns that must be named together with them.</summary>
    public Scope Hiding(ValueList<string> names) => this with { Tables = Tables.Map(table => table with { Hidden = [.. table.Hidden, .. names] }) };

    /// <summary>The columns of that name without a table before it, and the tables they are of.</summary>
    public IReadOnlyList<(ScopeTable Table, BoundColumn Column)> FindColumn(string name) =>
        [.. Tables.Where(table => !table.Hidden.Contains(name)).SelectMany(table => table.Find(name).Select(column => (table, column)))];

    /// <summary>The tables that a qualifier of one to three parts means.</summary>
    public IReadOnlyList<ScopeTable> FindTable(IReadOnlyList<Identifier> qualifier) =>
        [.. Tables.Where(table => table.IsCalled(qualifier))];
}

/// <summary>A table in a FROM clause.</summary>
/// <param name="Path">Its alias, or catalog, database and name; empty where it has no name.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Offset">Position of its first column in the input.</param>
sealed record ScopeTable(ValueList<string> Path, Schema Columns, int Offset)
{
    /// <summary>The alias or the table's own name.</summary>
    public string Name => Path.IsEmpty ? "" : Path[^1];

    /// <summary>Columns that only count with the table's name before them: USING has put others into their place.</summary>
    public ValueList<string> Hidden { get; init; } = [];

    /// <summary>The names of the columns that count without the table's name.</summary>
    public IEnumerable<string> VisibleNames => Columns.Fields.Select(column => column.Name).Where(name => !Hidden.Contains(name));

    /// <summary>The columns of that name; several where the input gave a name twice.</summary>
    public IEnumerable<BoundColumn> Find(string name)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i].Name == name)
                yield return new BoundColumn(Offset + i, Columns[i].Type, name);
        }
    }

    /// <summary>True if the parts are the end of the path.</summary>
    public bool IsCalled(IReadOnlyList<Identifier> parts)
    {
        if (parts.Count > Path.Count || parts.Count == 0)
            return false;
        for (var i = 1; i <= parts.Count; i++)
        {
            if (Path[^i] != parts[^i].Text)
                return false;
        }
        return true;
    }
}
