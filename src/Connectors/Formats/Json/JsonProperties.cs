using System.Text;

namespace SqlStream.Connectors.Formats.Json;

/// <summary>Finds properties of an object by name, without reading what they hold. Immutable.</summary>
sealed class JsonProperties
{
    /// <summary>The position of a property that is not there.</summary>
    public const int Missing = -1;

    readonly byte[][] _names;

    public JsonProperties(params ReadOnlySpan<string> names)
    {
        _names = new byte[names.Length][];
        for (var i = 0; i < names.Length; i++)
            _names[i] = Encoding.UTF8.GetBytes(names[i]);
    }

    /// <summary>How many properties are looked for.</summary>
    public int Count => _names.Length;

    /// <summary>Passes the object at the cursor and notes where the value of each property begins; of several with one name the last. A property
    /// that is NULL counts as missing. Returns what is wrong, or null.</summary>
    public string? Find(ref JsonCursor cursor, scoped Span<int> positions)
    {
        positions[..Count].Fill(Missing);
        if (cursor.Peek() != '{')
            return "JSON is no object";
        cursor.Position++;
        if (cursor.TryTake('}'))
            return null;
        do
        {
            if (cursor.Peek() != '"')
            {
                cursor.Fail("a property name expected");
                return cursor.Problem;
            }
            var token = cursor.Read(out var name);
            if (token == JsonToken.Malformed || !cursor.Take(':'))
                return cursor.Problem;
            var index = token == JsonToken.String ? IndexOf(name) : -1;
            cursor.Peek();
            var start = cursor.Position;
            token = cursor.Read(out _);
            if (token == JsonToken.Malformed)
                return cursor.Problem;
            if (index >= 0)
                positions[index] = token == JsonToken.Null ? Missing : start;
        }
        while (cursor.TryTake(','));
        return cursor.Take('}') ? null : cursor.Problem;
    }

    int IndexOf(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i]))
                return i;
        }
        return -1;
    }
}
