using System.Runtime.InteropServices;
using SqlStream.Core.Rows;
using SqlStream.Execution.Messages;

namespace SqlStream.Execution.Runtime;

/// <summary>What waits for an operator of a chain. Where the operator gathers, rows wait until the chain has nothing else to do, until something comes
/// that is not rows, or until there are many; then they are taken as one batch.</summary>
/// <param name="gathers">Takes up the rows; null if they are taken as they come.</param>
sealed class ChainInbox(BatchBuilder? gathers)
{
    /// <summary>How many rows are waited with.</summary>
    public const int GatheredMax = 16 * Batch.RowsMax;

    readonly Queue<StreamMessage> _messages = new();
    readonly List<int> _numbers = [];
    int _rows;
    int _others;
    bool _isReleased;

    /// <summary>There is something to take.</summary>
    public bool HasNext => _messages.Count > 0 && (gathers is null || _others > 0 || _rows >= GatheredMax || _isReleased);

    /// <summary>Adds a message.</summary>
    public void Enqueue(StreamMessage message)
    {
        _messages.Enqueue(message);
        if (message.Kind == MessageKind.Data)
            _rows += message.Batch!.Rows;
        else
            _others++;
    }

    /// <summary>Takes the next message; rows that have gathered, together.</summary>
    public StreamMessage Dequeue()
    {
        var message = Next();
        if (message.Kind == MessageKind.Data && gathers is not null && IsDataNext)
        {
            Append(message.Batch!);
            while (IsDataNext && gathers.Rows < GatheredMax)
                Append(Next().Batch!);
            message = StreamMessage.Data(gathers.Build());
        }
        _isReleased &= _messages.Count > 0;
        return message;
    }

    /// <summary>Nothing more comes at the moment. True if there is something to take because of that.</summary>
    public bool Release()
    {
        if (_messages.Count == 0 || HasNext)
            return false;
        _isReleased = true;
        return true;
    }

    /// <summary>Drops what waits.</summary>
    public void Clear()
    {
        while (_messages.Count > 0)
            Next().Batch?.Release();
    }

    bool IsDataNext => _messages.TryPeek(out var next) && next.Kind == MessageKind.Data;

    StreamMessage Next()
    {
        var message = _messages.Dequeue();
        if (message.Kind == MessageKind.Data)
            _rows -= message.Batch!.Rows;
        else
            _others--;
        return message;
    }

    void Append(Batch batch)
    {
        _numbers.Clear();
        for (var i = 0; i < batch.Rows; i++)
            _numbers.Add(batch.StoredRow(i));
        var rows = CollectionsMarshal.AsSpan(_numbers);
        for (var i = 0; i < gathers!.Columns.Length; i++)
            gathers[i].AppendRows(batch[i], rows);
        foreach (var row in rows)
            gathers.EndRow(batch.Kind(row));
        batch.Release();
    }
}
