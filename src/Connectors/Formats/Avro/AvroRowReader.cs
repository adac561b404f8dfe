using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.Avro;

/// <summary>Reads the rows of one writer's schema. Not thread-safe.</summary>
/// <param name="fields">What reads the columns.</param>
/// <param name="misfit">Why no row can be read; then there are no fields.</param>
sealed class AvroRowReader(AvroFieldsReader? fields, string? misfit)
{
    /// <summary>Ends the row that the bytes hold. Returns what is wrong, or null; then the target is as before.</summary>
    public string? Read(ReadOnlySpan<byte> bytes, BatchBuilder target)
    {
        var cursor = new AvroCursor(bytes);
        var problem = Read(ref cursor, target);
        if (problem is not null || cursor.AtEnd)
            return problem;
        target.Truncate(target.Rows - 1);
        return "there are bytes after the end of the value";
    }

    /// <summary>Ends the row at the cursor, behind which more may come.</summary>
    public string? Read(ref AvroCursor cursor, BatchBuilder target)
    {
        if (fields is null)
            return misfit;
        if (fields.Read(ref cursor, target.Columns))
        {
            target.EndRow();
            return null;
        }
        target.CancelRow();
        return $"Avro is malformed or does not fit, near byte {cursor.Position}: {cursor.Problem}";
    }
}
