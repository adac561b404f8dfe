using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Tests.Support;

/// <summary>Values as goldens show them: strings in quotes, bytes in hexadecimal digits, NULL, the rest as CAST to
/// STRING prints it.</summary>
static class Print
{
    public static string Value(Column column, int row, SessionContext session)
    {
        var value = PlanValue.Read(column, row);
        switch (value)
        {
            case null:
                return "NULL";
            case string text:
                return "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
            case ValueList<byte> bytes:
                return "X'" + Convert.ToHexString(bytes.AsSpan()) + "'";
            default:
                break;
        }
        var pool = new ColumnPool();
        var constant = ColumnFactory.Constant(column.Type, value, 1, pool);
        var cast = BuiltinFunctions.Instance.PlanCast(new ArgumentInfo(column.Type, false, null, default), SqlType.String, isTry: false)!;
        var printed = cast.Kernel(new EvaluationContext(pool, 1, [], session), [constant]);
        var result = (string)PlanValue.Read(printed, 0)!;
        printed.Release();
        constant.Release();
        return result;
    }
}
