using SqlStream.Parser.Printing;

namespace SqlStream.Parser.Syntax;

/// <summary>Syntax trees to canonical SQL: keywords in upper case, one line, no superfluous parentheses, identifiers in
/// back-quotes where they are keywords or no plain words. Parsing the result gives an equal tree.</summary>
public static class SqlPrinter
{
    /// <summary>A statement, without a semicolon.</summary>
    public static string Print(StatementSyntax statement)
    {
        var writer = new SqlWriter();
        StatementPrinter.Print(writer, statement);
        return writer.ToString();
    }

    /// <summary>A query.</summary>
    public static string Print(QuerySyntax query)
    {
        var writer = new SqlWriter();
        QueryPrinter.Print(writer, query);
        return writer.ToString();
    }

    /// <summary>An expression.</summary>
    public static string Print(ExpressionSyntax expression)
    {
        var writer = new SqlWriter();
        ExpressionPrinter.Print(writer, expression);
        return writer.ToString();
    }

    /// <summary>A data type.</summary>
    public static string Print(TypeSyntax type)
    {
        var writer = new SqlWriter();
        TypePrinter.Print(writer, type);
        return writer.ToString();
    }

    /// <summary>A name, in back-quotes where it needs them.</summary>
    public static string Print(QualifiedName name)
    {
        var writer = new SqlWriter();
        writer.Write(name);
        return writer.ToString();
    }
}
