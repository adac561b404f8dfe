using System.Diagnostics;
using System.Globalization;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Printing;

/// <summary>Literals; numbers in the culture of no country.</summary>
static class LiteralPrinter
{
    public static void Print(SqlWriter writer, LiteralSyntax literal)
    {
        switch (literal)
        {
            case IntegerLiteral integer:
                writer.Write(integer.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case DecimalLiteral number:
                writer.Write(Decimal(number));
                break;
            case DoubleLiteral number:
                writer.Write(Double(number.Value));
                break;
            case StringLiteral text:
                writer.Text(text.Value);
                break;
            case BinaryLiteral binary:
                writer.Write("X").Text(binary.HexDigits);
                break;
            case BooleanLiteral boolean:
                writer.Write(boolean.Value ? "TRUE" : "FALSE");
                break;
            case NullLiteral:
                writer.Write("NULL");
                break;
            case DateLiteral date:
                writer.Write("DATE ").Text(date.Text);
                break;
            case TimeLiteral time:
                writer.Write("TIME ").Text(time.Text);
                break;
            case TimestampLiteral timestamp:
                writer.Write("TIMESTAMP ").Text(timestamp.Text);
                break;
            case IntervalLiteral interval:
                writer.Write("INTERVAL ").If(interval.Negative, "-").Text(interval.Text).Write(" ");
                TypePrinter.Print(writer, interval.Qualifier);
                break;
            default:
                throw new UnreachableException($"literal {literal.GetType().Name} has no case");
        }
    }

    /// <summary>The shortest digits that give the same value; the exponent is what makes them a DOUBLE.</summary>
    static string Double(double value)
    {
        var digits = value.ToString("R", CultureInfo.InvariantCulture);
        return digits.Contains('E') ? digits : $"{digits}E0";
    }

    static string Decimal(DecimalLiteral number)
    {
        var digits = number.Unscaled.ToString(CultureInfo.InvariantCulture).PadLeft(number.Scale + 1, '0');
        return $"{digits[..^number.Scale]}.{digits[^number.Scale..]}";
    }
}
