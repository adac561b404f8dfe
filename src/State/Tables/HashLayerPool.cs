namespace SqlStream.State.Tables;

/// <summary>Keeps the memory of layers that are not used any more for those that come: slices open and close all the time. Mailbox thread only.</summary>
sealed class HashLayerPool
{
    const int KeptMax = 64;

    readonly Stack<HashLayer> _free = new();

    /// <summary>An empty layer.</summary>
    public HashLayer Rent() => _free.TryPop(out var layer) ? layer : new HashLayer();

    /// <summary>Takes a layer back that nobody reads any more.</summary>
    public void Return(HashLayer layer)
    {
        if (_free.Count == KeptMax)
            return;
        layer.Reset();
        _free.Push(layer);
    }
}
