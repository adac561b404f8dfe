using System.Text;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Printing;

/// <summary>Text in the making, and the small pieces that all printers write.</summary>
sealed class SqlWriter
{
    readonly StringBuilder _text = new();

    public SqlWriter Write(string text)
    {
        _text.Append(text);
        return this;
    }

    /// <summary>Writes the words if the condition holds.</summary>
    public SqlWriter If(bool condition, string text) => condition ? Write(text) : this;

    public SqlWriter Write(Identifier identifier) => Write(Quote(identifier.Text));

    public SqlWriter Write(QualifiedName name) => Write(name.Parts);

    /// <summary>Names with dots between them.</summary>
    public SqlWriter Write(ValueList<Identifier> path)
    {
        for (var i = 0; i < path.Count; i++)
            If(i > 0, ".").Write(path[i]);
        return this;
    }

    /// <summary>Names in parentheses.</summary>
    public SqlWriter Columns(ValueList<Identifier> columns)
    {
        Write("(");
        List(columns, column => Write(column));
        return Write(")");
    }

    public SqlWriter Text(string value) => Write("'").Write(value.Replace("'", "''")).Write("'");

    public SqlWriter Comment(string? comment) => comment is null ? this : Write(" COMMENT ").Text(comment);

    public SqlWriter Options(ValueList<OptionSyntax> options)
    {
        Write("(");
        List(options, option => Text(option.Key.Value).Write(" = ").Text(option.Value.Value));
        return Write(")");
    }

    public SqlWriter Hints(ValueList<HintSyntax> hints)
    {
        if (hints.IsEmpty)
            return this;
        Write(" /*+ ");
        List(hints, hint =>
        {
            Write(IsPlain(hint.Name.Text) && !Keywords.IsReserved(hint.Name.Text) ? hint.Name.Text : Quote(hint.Name.Text));
            if (hint.Arguments.IsEmpty)
                return;
            Write("(");
            List(hint.Arguments, argument =>
            {
                if (argument.Key is not null)
                    Text(argument.Key).Write(" = ");
                Text(argument.Value);
            });
            Write(")");
        });
        return Write(" */");
    }

    /// <summary>Writes the items with commas between them.</summary>
    public SqlWriter List<T>(ValueList<T> items, Action<T> write)
    {
        for (var i = 0; i < items.Count; i++)
        {
            If(i > 0, ", ");
            write(items[i]);
        }
        return this;
    }

    public override string ToString() => _text.ToString();

    static string Quote(string name) =>
        IsPlain(name) && !Keywords.IsKeyword(name) ? name : $"`{name.Replace("`", "``")}`";

    static bool IsPlain(string name)
    {
        if (name.Length == 0 || !(char.IsAsciiLetter(name[0]) || name[0] == '_'))
            return false;
        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('_' or '$'))
                return false;
        }
        return true;
    }
}
