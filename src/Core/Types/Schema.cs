namespace SqlStream.Core.Types;

/// <summary>A named column of a row.</summary>
/// <param name="Name">The name, case-sensitive.</param>
/// <param name="Type">The type with nullability.</param>
public sealed record Field(string Name, SqlType Type);

/// <summary>The named columns of a stream or table, in order. Immutable, equal by value.</summary>
/// <param name="Fields">The columns.</param>
public sealed record Schema(ValueList<Field> Fields)
{
    /// <summary>No columns.</summary>
    public static Schema Empty { get; } = new([]);

    /// <summary>How many columns.</summary>
    public int Count => Fields.Count;

    /// <summary>The column at a position.</summary>
    public Field this[int index] => Fields[index];

    /// <summary>Position of the first column of that name, or -1.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Fields.Count; i++)
        {
            if (Fields[i].Name == name)
                return i;
        }
        return -1;
    }

    /// <summary>The columns at the given positions, in that order.</summary>
    public Schema Select(IEnumerable<int> indexes) => new([.. indexes.Select(index => Fields[index])]);

    /// <summary>The columns as <c>a INT, b STRING NOT NULL</c>.</summary>
    public override string ToString() => string.Join(", ", Fields.Select(field => $"{field.Name} {field.Type}"));
}
