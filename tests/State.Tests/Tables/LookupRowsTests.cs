using System.Text;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.State.Tests.Tables;

public sealed class LookupRowsTests
{
    [Fact]
    public void Rows_of_a_key_come_back_in_their_order_however_many_there_are()
    {
        var rows = new LookupRows();
        foreach (var number in Enumerable.Range(0, 1_000))
        {
            foreach (var key in new[] { "a", "b", $"only {number}" })
                Append(rows, key, $"{key}{number}{new string('x', number % 100)}");
        }
        Assert.Equal(3_000, rows.Rows);
        Assert.Equal(1_002, rows.Keys);
        Assert.Equal(Enumerable.Range(0, 1_000).Select(number => $"b{number}{new string('x', number % 100)}"), Read(rows, "b"));
        Assert.Equal(["only 999999" + new string('x', 99)], Read(rows, "only 999"));
        Assert.Empty(Read(rows, "c"));
    }

    [Fact]
    public void An_entry_can_be_copied_emptied_and_filled_again()
    {
        var (old, young) = (new LookupRows(), new LookupRows());
        Append(old, "k", "one");
        Append(old, "k", "two");
        var (hash, key) = Key("k");
        var entry = young.Copy(old, old.Find(hash, key), hash, key);
        young.SetTime(entry, 7);
        Assert.Equal(["one", "two"], Read(young, "k"));
        Assert.Equal((2L, 7L, 0L), (young.Rows, young.Time(entry), old.Time(old.Find(hash, key))));

        young.Empty(entry, 9);
        Assert.Equal((0L, 9L, 0), (young.Rows, young.Time(entry), young.Count(entry)));
        Append(young, "k", "three");
        Assert.Equal(["three"], Read(young, "k"));
        Assert.Equal(["one", "two"], Read(old, "k"));
        young.Clear();
        Assert.Equal((0L, 0L, 0), (young.Rows, young.Keys, young.Find(hash, key)));
    }

    static (uint Hash, byte[] Key) Key(string text)
    {
        var key = Encoding.UTF8.GetBytes(text);
        return (KeyBatch.SlotHash(key), key);
    }

    static void Append(LookupRows rows, string text, string row)
    {
        var (hash, key) = Key(text);
        var entry = rows.Find(hash, key);
        rows.Append(entry == 0 ? rows.Add(hash, key, 0) : entry, Encoding.UTF8.GetBytes(row));
    }

    static List<string> Read(LookupRows rows, string text)
    {
        var (hash, key) = Key(text);
        var found = new List<string>();
        if (rows.Find(hash, key) is not (> 0 and var entry))
            return found;
        var content = rows.Content(entry);
        for (var position = 0; position < content.Length;)
            found.Add(Encoding.UTF8.GetString(LookupRows.Next(content, ref position)));
        return found;
    }
}
