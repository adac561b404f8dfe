using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

/// <summary>Rows as text: <c>+I 1 | abc | NULL</c>, values as the plan represents them.</summary>
static class Rows
{
    public static IEnumerable<string> Text(Batch batch)
    {
        for (var i = 0; i < batch.Rows; i++)
        {
            var row = batch.StoredRow(i);
            var values = new string[batch.Width];
            for (var column = 0; column < values.Length; column++)
                values[column] = Text(PlanValue.Read(batch[column], row));
            yield return $"{batch.Kind(row).Symbol()} {string.Join(" | ", values)}";
        }
    }

    static string Text(object? value) => value switch
    {
        null => "NULL",
        ValueList<object?> values => $"[{string.Join(", ", values.Map(Text))}]",
        ValueList<PlanEntry> entries => $"{{{string.Join(", ", entries.Map(entry => $"{Text(entry.Key)}={Text(entry.Value)}"))}}}",
        ValueList<byte> bytes => "0x" + Convert.ToHexStringLower(bytes.AsSpan()),
        float number => number.ToString("R", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
