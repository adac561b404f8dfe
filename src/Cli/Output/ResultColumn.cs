namespace SqlStream.Cli.Output;

/// <summary>A column of a result.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its SQL type, without NOT NULL.</param>
sealed record ResultColumn(string Name, string Type)
{
    /// <summary>Its values are numbers.</summary>
    public bool IsNumeric => IsNumber(Type);

    /// <summary>The type is one of numbers.</summary>
    public static bool IsNumber(string type) =>
        type is "TINYINT" or "SMALLINT" or "INT" or "BIGINT" or "FLOAT" or "DOUBLE" || type.StartsWith("DECIMAL", StringComparison.Ordinal);
}
